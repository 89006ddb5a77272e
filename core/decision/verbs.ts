import { gatingPhases, movingPhases, type PromotionKind, type PromotionPhase } from '../promotion/state.js';

/** What a person can sign. Each verb needs a signature of its own; none implies another. */
export const decisionVerbs = [
  'request',
  'approve',
  'reject',
  'request-changes',
  'rollback',
  'hotfix',
  'abort',
  'retry',
] as const;

/** One of the verbs. */
export type DecisionVerb = (typeof decisionVerbs)[number];

/** A verb that moves a promotion by itself, not by what gates make of it. */
export type OrderVerb = 'reject' | 'abort' | 'retry';

/** What a statement names besides its lane and bundle. */
export type Named = 'promotion' | 'policySnapshot' | 'facts';

/** Who may say something: those who may approve at a gate, or whoever has one of the roles. */
export type Right =
  | { readonly who: 'approvers' }
  | { readonly who: 'roles'; readonly roles: readonly string[]; readonly orRequester: boolean };

/** Everything that distinguishes a verb from the others. */
export interface VerbTerms {
  /** The kind of promotion that it may start; its subject is then a lane, and no promotion that there is. */
  readonly starts?: PromotionKind;
  /** The phases in which it is possible. The statement that starts a promotion is judged before there is one. */
  readonly phases: readonly PromotionPhase[];
  readonly right: Right;
  readonly names: readonly Named[];
  /** Whether it moves the promotion by itself. */
  readonly isOrder: boolean;
}

const beforeLive: readonly PromotionPhase[] = ['REQUESTED', ...gatingPhases, 'QUEUED', ...movingPhases, 'ERRORED'];

const operators: Right = {
  who: 'roles',
  roles: ['developer', 'release-manager', 'operator'],
  orRequester: true,
};

/** What a person judges was shown to them, and is named. */
const judgement = {
  right: { who: 'approvers' },
  names: ['promotion', 'policySnapshot', 'facts'],
} as const satisfies Partial<VerbTerms>;

/** The one table of verbs. */
export const termsOf: Readonly<Record<DecisionVerb, VerbTerms>> = {
  request: { starts: 'PROMOTION', phases: gatingPhases, right: operators, names: [], isOrder: false },
  rollback: {
    starts: 'ROLLBACK',
    phases: [],
    right: { who: 'roles', roles: ['release-manager', 'operator'], orRequester: false },
    names: [],
    isOrder: false,
  },
  hotfix: {
    starts: 'HOTFIX',
    phases: [],
    right: { who: 'roles', roles: ['release-manager', 'operator'], orRequester: false },
    names: [],
    isOrder: false,
  },
  approve: { ...judgement, phases: gatingPhases, isOrder: false },
  'request-changes': { ...judgement, phases: gatingPhases, isOrder: false },
  reject: { ...judgement, phases: [...gatingPhases, 'QUEUED'], isOrder: true },
  abort: { phases: beforeLive, right: operators, names: ['promotion'], isOrder: true },
  retry: { phases: ['ERRORED'], right: operators, names: ['promotion'], isOrder: true },
};

/** Whether a verb is for those who may approve, so that it matters who wrote what is decided about. */
export function isForApprovers(verb: DecisionVerb): boolean {
  return termsOf[verb].right.who === 'approvers';
}

/** Whether a verb may start a promotion. */
export function isStart(verb: DecisionVerb | 'unknown'): boolean {
  return verb !== 'unknown' && termsOf[verb].starts !== undefined;
}

/** Whether a verb moves a promotion by itself. */
export function isOrder(verb: DecisionVerb | 'unknown'): verb is OrderVerb {
  return verb !== 'unknown' && termsOf[verb].isOrder;
}

const starts: Readonly<Record<PromotionKind, DecisionVerb>> = {
  PROMOTION: 'request',
  HOTFIX: 'hotfix',
  ROLLBACK: 'rollback',
};

/** The verb with which a person starts a promotion of this kind. */
export function startOf(kind: PromotionKind): DecisionVerb {
  return starts[kind];
}
