import type { PromotionPhase, Step } from '../../core/promotion/state.js';
import type { CrashStack } from '../support/crash-stack.js';
import { type Effects, onceEach } from './effects.js';
import { awaiting, deploying, failing, gating, type Prepared, replaced, sealed } from './prepared.js';
import { approve, type CrashedPromotion } from './promotions.js';

/** What waits for a commit: the workflow task of the run, by a local activity, or the activity of a step. */
export type Waiting = 'advance' | 'moveLane' | 'attestPromotion';

/** A commit in the life of a promotion. */
export interface CommitCase {
  readonly product: string;
  /** Continues the sentence "the commit that". */
  readonly title: string;
  /** What it writes, all or nothing, as `test/support/faults/held-database.ts` names it. The worker is held at the first. */
  readonly changes: readonly [string, ...string[]];
  readonly waiting: Waiting;
  prepare(stack: CrashStack, product: string): Promise<Prepared>;
  /** What people still have to do after the crash. */
  readonly finish?: (stack: CrashStack, promotion: CrashedPromotion) => Promise<void>;
  readonly end: End;
}

/** Where a promotion ends, and all that is left of it. */
export interface End {
  readonly phase: PromotionPhase;
  readonly effects: Effects;
  /** The steps that have a result, in order. */
  readonly steps: readonly Step[];
  /** How often its gates were evaluated. */
  readonly rounds: number;
  /** The phases of the promotions that were in its lane before it. */
  readonly others: readonly PromotionPhase[];
}

const lived: readonly Step[] = ['guard', 'deploy', 'verify', 'attest'];
const inBronze: End = { phase: 'LIVE', effects: onceEach(['GATING → QUEUED'], 1), steps: lived, rounds: 1, others: [] };
const none: Effects = { starts: 0, switches: 0, transitions: [], events: {}, attestations: {} };

const aborted: End = {
  phase: 'ABORTED',
  effects: {
    starts: 1,
    switches: 2,
    transitions: ['GATING → QUEUED', 'QUEUED → GUARDING', 'GUARDING → DEPLOYING', 'DEPLOYING → ABORTED'],
    events: {
      'promotion.requested': 1,
      'decision.recorded': 2,
      'lane.granted': 1,
      'alias.switched': 2,
      'promotion.ending': 1,
    },
    attestations: { decision: 2 },
  },
  steps: ['guard', 'revert'],
  rounds: 1,
  others: ['LIVE'],
};

const refused: End = {
  phase: 'FAILED',
  effects: {
    starts: 1,
    switches: 2,
    transitions: [
      'GATING → QUEUED',
      'QUEUED → GUARDING',
      'GUARDING → DEPLOYING',
      'DEPLOYING → VERIFYING',
      'VERIFYING → FAILED',
    ],
    events: { ...aborted.effects.events, 'decision.recorded': 1, 'promotion.step-failed': 1 },
    attestations: { decision: 1, promotion: 1, 'verification-summary': 1 },
  },
  steps: ['guard', 'deploy', 'verify', 'revert', 'attest'],
  rounds: 1,
  others: [],
};

const rolledBack: End = {
  phase: 'LIVE',
  effects: {
    ...onceEach([], 1),
    transitions: ['GATING → QUEUED', 'QUEUED → DEPLOYING', 'DEPLOYING → VERIFYING', 'VERIFYING → LIVE'],
  },
  steps: ['deploy', 'verify', 'attest'],
  rounds: 1,
  others: ['SUPERSEDED', 'ROLLED_BACK'],
};

/** Every commit at which a promotion moves, and those of its effects. */
export const commitCases: readonly CommitCase[] = [
  {
    product: 'open',
    title: 'opens it and grants it its lane',
    changes: ['promotion.requested', 'decision.recorded', 'lane.granted', 'promotion.transitioned.GUARDING'],
    waiting: 'advance',
    prepare: sealed,
    end: inBronze,
  },
  {
    product: 'evidence',
    title: 'evaluates new evidence and grants the lane',
    changes: ['lane.granted', 'promotion.transitioned.GUARDING'],
    waiting: 'advance',
    prepare: gating,
    end: { ...inBronze, rounds: 2 },
  },
  {
    product: 'approve',
    title: 'registers an approval',
    changes: ['decision.recorded'],
    waiting: 'advance',
    prepare: (stack, product) => awaiting(stack, product, 'alice', 'approve'),
    finish: (stack, promotion) => approve(stack, promotion, 'bob'),
    end: {
      phase: 'LIVE',
      effects: onceEach(['GATING → AWAITING_APPROVAL', 'AWAITING_APPROVAL → QUEUED'], 3),
      steps: lived,
      rounds: 3,
      others: [],
    },
  },
  {
    product: 'reject',
    title: 'registers a rejection',
    changes: ['decision.recorded', 'promotion.transitioned.REJECTED'],
    waiting: 'advance',
    prepare: (stack, product) => awaiting(stack, product, 'alice', 'reject'),
    end: {
      phase: 'REJECTED',
      effects: {
        ...none,
        transitions: ['GATING → AWAITING_APPROVAL', 'AWAITING_APPROVAL → REJECTED'],
        events: { 'promotion.requested': 1, 'decision.recorded': 2 },
        attestations: { decision: 2, promotion: 1, 'verification-summary': 1 },
      },
      steps: ['attest'],
      rounds: 1,
      others: [],
    },
  },
  {
    product: 'abort',
    title: 'registers an abort and ends it before the switch',
    changes: ['decision.recorded', 'promotion.transitioned.ABORTED'],
    waiting: 'advance',
    prepare: (stack, product) => awaiting(stack, product, 'dev', 'abort'),
    end: {
      phase: 'ABORTED',
      effects: {
        ...none,
        transitions: ['GATING → AWAITING_APPROVAL', 'AWAITING_APPROVAL → ABORTED'],
        events: { 'promotion.requested': 1, 'decision.recorded': 2 },
        attestations: { decision: 2 },
      },
      steps: [],
      rounds: 1,
      others: [],
    },
  },
  {
    product: 'leave',
    title: 'registers an abort after the switch',
    changes: ['decision.recorded', 'promotion.ending.ABORTED'],
    waiting: 'advance',
    prepare: deploying,
    end: aborted,
  },
  {
    product: 'rollback',
    title: 'opens a rollback and grants it its lane',
    changes: ['promotion.requested', 'decision.recorded', 'lane.granted', 'promotion.transitioned.DEPLOYING'],
    waiting: 'advance',
    prepare: replaced,
    end: rolledBack,
  },
  {
    product: 'guard',
    title: 'records its guard',
    changes: ['step.guard', 'promotion.transitioned.DEPLOYING'],
    waiting: 'moveLane',
    prepare: sealed,
    end: inBronze,
  },
  {
    product: 'attest',
    title: 'records its attestation',
    changes: ['step.attest'],
    waiting: 'attestPromotion',
    prepare: sealed,
    end: inBronze,
  },
  {
    product: 'switch',
    title: 'switches its lane',
    changes: ['alias.switched'],
    waiting: 'moveLane',
    prepare: sealed,
    end: inBronze,
  },
  {
    product: 'deploy',
    title: 'records its deploy',
    changes: ['step.deploy', 'promotion.transitioned.VERIFYING'],
    waiting: 'moveLane',
    prepare: sealed,
    end: inBronze,
  },
  {
    product: 'verify',
    title: 'records its verification and makes it live',
    changes: ['step.verify', 'promotion.transitioned.LIVE'],
    waiting: 'moveLane',
    prepare: sealed,
    end: inBronze,
  },
  {
    product: 'refuse',
    title: 'records that its verification has failed',
    changes: ['step.verify', 'promotion.step-failed', 'promotion.ending.FAILED'],
    waiting: 'moveLane',
    prepare: failing,
    end: refused,
  },
  {
    product: 'return',
    title: 'switches its lane back',
    changes: ['alias.switched'],
    waiting: 'moveLane',
    prepare: deploying,
    end: aborted,
  },
  {
    product: 'revert',
    title: 'records its way back and ends it',
    changes: ['step.revert', 'promotion.transitioned.ABORTED'],
    waiting: 'moveLane',
    prepare: deploying,
    end: aborted,
  },
  {
    product: 'rolled',
    title: 'makes a rollback live and ends what it replaces',
    changes: ['step.verify', 'promotion.transitioned.LIVE', 'promotion.transitioned.ROLLED_BACK'],
    waiting: 'moveLane',
    prepare: replaced,
    end: rolledBack,
  },
];
