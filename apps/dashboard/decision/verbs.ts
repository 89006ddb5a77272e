import { DecisionVerb } from '#gen/governance/v1/decision_pb.js';
import type { DecisionVerb as DomainVerb } from '../../../core/decision/verbs.js';

/** How a verb about a promotion is said in the page. */
export interface VerbWords {
  readonly verb: Extract<DomainVerb, 'approve' | 'request-changes' | 'reject' | 'abort' | 'retry'>;
  /** On the button. */
  readonly name: string;
  /** What it does, before it is done. */
  readonly effect: string;
  /** What is said once it counts. */
  readonly done: string;
  readonly isCommentNeeded: boolean;
  readonly kind: 'main' | 'plain' | 'danger';
  /** The key for it in the inbox. */
  readonly key?: string;
}

const words: Readonly<Partial<Record<DecisionVerb, VerbWords>>> = {
  [DecisionVerb.APPROVE]: {
    verb: 'approve',
    name: 'Approve',
    effect: 'You agree that this bundle enters this lane. The promotion goes on once every gate passes.',
    done: 'You approved.',
    isCommentNeeded: false,
    kind: 'main',
    key: 'a',
  },
  [DecisionVerb.REQUEST_CHANGES]: {
    verb: 'request-changes',
    name: 'Request changes',
    effect: 'The promotion is held until you approve it yourself.',
    done: 'You requested changes.',
    isCommentNeeded: true,
    kind: 'plain',
    key: 'c',
  },
  [DecisionVerb.REJECT]: {
    verb: 'reject',
    name: 'Reject',
    effect: 'This ends the promotion.',
    done: 'You rejected it.',
    isCommentNeeded: true,
    kind: 'danger',
    key: 'r',
  },
  [DecisionVerb.ABORT]: {
    verb: 'abort',
    name: 'Abort',
    effect: 'This ends the promotion before it is live. What is live stays live.',
    done: 'You aborted it.',
    isCommentNeeded: true,
    kind: 'danger',
  },
  [DecisionVerb.RETRY]: {
    verb: 'retry',
    name: 'Retry',
    effect: 'The step that failed is tried again.',
    done: 'The step is tried again.',
    isCommentNeeded: false,
    kind: 'plain',
  },
};

/** The words for a verb; undefined for one that the page does not say about a promotion. */
export function wordsOfVerb(verb: DecisionVerb): VerbWords | undefined {
  return words[verb];
}

/** The words for the verb that a key of the inbox says; undefined for every other key. */
export function wordsOfKey(key: string): VerbWords | undefined {
  return Object.values(words).find((each) => each.key === key);
}

/** A verb as people write it. */
export function verbName(verb: DecisionVerb): string {
  return verb === DecisionVerb.UNKNOWN ? 'a decision' : DecisionVerb[verb].toLowerCase().replaceAll('_', ' ');
}
