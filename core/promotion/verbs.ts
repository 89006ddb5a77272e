import type { DecisionVerb } from '../decision/verbs.js';
import type { PromotionPhase } from './state.js';

const gating: readonly PromotionPhase[] = ['GATING', 'AWAITING_APPROVAL'];
const beforeLive: readonly PromotionPhase[] = [
  'REQUESTED',
  ...gating,
  'QUEUED',
  'GUARDING',
  'DEPLOYING',
  'VERIFYING',
  'ERRORED',
];

/** The phases in which a verb is possible. Elsewhere it is refused with WRONG_STATE. */
export const phasesOfVerb: Readonly<Record<DecisionVerb, readonly PromotionPhase[]>> = {
  request: gating,
  approve: gating,
  'request-changes': gating,
  reject: [...gating, 'QUEUED'],
  abort: beforeLive,
  retry: ['ERRORED'],
  rollback: [],
};
