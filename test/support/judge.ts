import { evaluateGates } from '../../core/policy/evaluate.js';
import type { GateResult, PolicyFacts } from '../../core/policy/facts.js';
import { resolveSnapshot } from '../../core/policy/resolve.js';
import { facts, now } from './policy-facts.js';
import { policyWith } from './rules.js';

/** What a gate, written as in a file, says about a promotion into gold. */
export function judge(fields: string, changes: Partial<PolicyFacts> = {}, at = now): GateResult {
  const policy = policyWith([`{ id: g, type: COMPLIANCE, ${fields} }`]);
  const { snapshot } = resolveSnapshot({ policies: [policy] }, { product: 'shop', lane: 'gold', kind: 'PROMOTION' });
  const [result] = evaluateGates(snapshot, facts(changes), at).results;
  if (result === undefined) throw new Error('the gate was not evaluated');
  return result;
}
