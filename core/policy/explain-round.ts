import { evaluateGates } from './evaluate.js';
import type { Clause, GateResult, PolicyFacts } from './facts.js';
import type { PolicySnapshot } from './model.js';

/** What a round of gates was decided on. */
export interface ExplainedRound {
  readonly snapshot: PolicySnapshot;
  readonly facts: PolicyFacts;
  readonly evaluatedAt: Date;
}

/**
 * What gates have said, with what their rules have read: evaluated again over the same facts, at the same instant. What a
 * clause says now that it did not say then explains nothing, and is left out.
 */
export function withReads(
  recorded: readonly GateResult[],
  { snapshot, facts, evaluatedAt }: ExplainedRound,
): readonly GateResult[] {
  const { results } = evaluateGates(snapshot, facts, evaluatedAt, [], { explain: true });
  return recorded.map((gate) => {
    const again = results.find((result) => result.gate === gate.gate)?.clauses ?? [];
    return { ...gate, clauses: gate.clauses.map((clause) => readsOf(clause, again)) };
  });
}

function readsOf(clause: Clause, again: readonly Clause[]): Clause {
  const same = again.find(
    ({ term, verdict, explanation }) =>
      term === clause.term && verdict === clause.verdict && explanation === clause.explanation,
  );
  return same?.reads === undefined ? clause : { ...clause, reads: same.reads };
}
