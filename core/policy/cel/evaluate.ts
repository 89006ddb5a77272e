import { isCelError } from '@bufbuild/cel';
import { messageOf } from '../../errors.js';
import { maxSpent, metered, stepsTaken } from './meter.js';
import { type Plan, planOf } from './plan.js';
import { type Bindings, bindingsOf } from './values.js';

/** The result of a rule: a boolean, or why there is none. */
export type RuleResult = { readonly ok: true; readonly value: boolean } | { readonly ok: false; readonly why: string };

/** The longest reason, in characters. */
const maxWhy = 500;

/**
 * Evaluates a rule over JSON values. Whatever goes wrong is why there is no result: never a pass, and never an exception.
 * Types are checked where a policy is applied, not here: rules that were pinned before mean what they meant.
 */
export function evaluateRule(rule: string, variables: Readonly<Record<string, unknown>>): RuleResult {
  return evaluateBound(rule, () => bindingsOf(variables));
}

/** The same over variables in the form of `bindingsOf`. */
export function evaluateBound(rule: string, bindings: () => Bindings): RuleResult {
  return yieldOf(() => planOf(rule), bindings);
}

/** The same within a limit of its own, in steps. @returns how many it has taken, too; more than the limit if it was stopped */
export function evaluateWithin(
  rule: string,
  bindings: () => Bindings,
  limit: number,
): { readonly result: RuleResult; readonly spent: number } {
  const result = yieldOf(() => planOf(rule), bindings, limit);
  return { result, spent: stepsTaken() };
}

/** What a plan yields, within the limits of an evaluation. */
export function yieldOf(planned: () => Plan, bindings: () => Bindings, limit = maxSpent): RuleResult {
  try {
    const { result, stopped } = metered(() => planned()(bindings()), limit);
    if (stopped !== undefined) return failed(stopped);
    if (isCelError(result)) return failed(result.message);
    if (typeof result !== 'boolean') return failed(`the rule yields ${typeName(result)}, not true or false`);
    return { ok: true, value: result };
  } catch (error) {
    return failed(error instanceof RangeError ? 'it is nested too deeply' : messageOf(error));
  }
}

function typeName(result: unknown): string {
  return result === null ? 'null' : typeof result;
}

function failed(why: string): RuleResult {
  return { ok: false, why: why.length > maxWhy ? `${why.slice(0, maxWhy - 1)}…` : why };
}
