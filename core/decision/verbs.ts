/** What a person can sign. Each verb needs a signature of its own; none implies another. */
export const decisionVerbs = ['request', 'approve', 'reject', 'request-changes', 'rollback', 'abort', 'retry'] as const;

/** One of the verbs. */
export type DecisionVerb = (typeof decisionVerbs)[number];

/** Whether a verb is for those who may approve, so that it matters who wrote what is decided about. */
export function isForApprovers(verb: DecisionVerb): boolean {
  return verb === 'approve' || verb === 'reject' || verb === 'request-changes';
}
