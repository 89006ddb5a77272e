import { type CelInput, isCelError, parse, run } from '@bufbuild/cel';
import { LanekeeperError, messageOf } from '../errors.js';

/** The longest rule, in characters. */
export const maxRuleLength = 2_000;

/** Checks that a rule can be parsed. @throws INVALID_POLICY */
export function checkRule(rule: string, object: string): void {
  if (rule.length > maxRuleLength)
    throw new LanekeeperError('INVALID_POLICY', {
      message: `the rule is longer than ${maxRuleLength} characters`,
      object,
    });
  try {
    parse(rule);
  } catch (error) {
    throw new LanekeeperError(
      'INVALID_POLICY',
      { message: `the rule is not CEL: ${messageOf(error)}`, object },
      { cause: error },
    );
  }
}

/** The result of a rule: a boolean, or why there is none. */
export type RuleResult = { readonly ok: true; readonly value: boolean } | { readonly ok: false; readonly why: string };

/**
 * Evaluates a CEL rule over JSON values. Whole numbers are CEL ints. Anything but a boolean is an error, never a pass.
 */
export function evaluateRule(rule: string, variables: Readonly<Record<string, unknown>>): RuleResult {
  const bindings = Object.fromEntries(Object.entries(variables).map(([name, value]) => [name, toCel(value)]));
  const value = run(rule, bindings);
  if (isCelError(value)) return { ok: false, why: value.message };
  if (typeof value !== 'boolean') return { ok: false, why: `the rule yields ${typeof value}, not true or false` };
  return { ok: true, value };
}

function toCel(value: unknown): CelInput {
  if (value === null || value === undefined) return null;
  if (typeof value === 'number') return Number.isSafeInteger(value) ? BigInt(value) : value;
  if (typeof value === 'string' || typeof value === 'boolean') return value;
  if (Array.isArray(value)) return value.map(toCel);
  if (typeof value === 'object') return new Map(Object.entries(value).map(([key, item]) => [key, toCel(item)]));
  throw new LanekeeperError('INTERNAL', { message: `a value of type ${typeof value} has no CEL form` });
}
