import { evaluateBound, type RuleResult } from '../cel/evaluate.js';
import { explainRule, type Read } from '../cel/explain.js';
import type { EvidenceTally } from '../evidence.js';
import type { EvidenceFact } from '../facts.js';
import type { Gate } from '../model.js';
import { gateBindings, gateVariables } from '../variables.js';
import type { JudgeTerm, TermScene } from './term.js';

/**
 * Of evidence any of which will do, that which counts: the first that is complete and with which the rule of the gate
 * holds, else the first that is complete. What one alternative says takes nothing from another.
 */
export function countedEvidence(
  rule: string | undefined,
  tally: EvidenceTally,
  facts: TermScene['facts'],
): EvidenceTally {
  const { alternatives = [] } = tally;
  if (rule === undefined || alternatives.length < 2) return tally;
  return (
    alternatives.find(({ accepted }) => {
      const result = evaluateBound(rule, () => gateBindings(facts, accepted));
      return result.ok && result.value;
    }) ?? tally
  );
}

/** Whether the rule of a gate holds. It is about accepted evidence, so that nothing can be said while that is missing. */
export const judgeRule: JudgeTerm = ({ rule, ...gate }, { facts, evidence, explain = false }) => {
  if (rule === undefined || (evidence !== undefined && evidence.missing.length > 0)) return undefined;
  const accepted = evidence?.accepted ?? [];
  const result: RuleResult & { readonly reads?: readonly Read[] } = explain
    ? explainRule(rule, gateVariables(facts, accepted))
    : evaluateBound(rule, () => gateBindings(facts, accepted));
  const reads = result.reads === undefined ? {} : { reads: result.reads };
  if (!result.ok)
    return {
      verdict: 'ERROR',
      explanation: `the rule could not be evaluated: ${result.why}`,
      waitsFor: 'policy',
      reliedOn: [],
      ...reads,
    };
  if (result.value) return { verdict: 'PASS', explanation: 'the rule holds', reliedOn: [], ...reads };
  return {
    verdict: gate.evidence === undefined ? 'PENDING' : 'FAIL',
    explanation: describeFailure(rule, accepted),
    waitsFor: 'evidence',
    reliedOn: [],
    ...reads,
  };
};

function describeFailure(rule: NonNullable<Gate['rule']>, accepted: readonly EvidenceFact[]): string {
  const results = accepted.flatMap((item) =>
    item.attributes['result'] === undefined ? [] : [`${item.kind} says ${String(item.attributes['result'])}`],
  );
  return results.length > 0 ? [...new Set(results)].join('; ') : `${rule} does not hold`;
}
