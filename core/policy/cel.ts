import { celEnv, type CelInput, isCelError, parse, plan } from '@bufbuild/cel';
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

/** How many rules are kept planned. */
const maxPlanned = 1_000;

const planned = new Map<string, ReturnType<typeof plan>>();

/** A rule is parsed and planned once, not in each round. */
function planOf(rule: string): ReturnType<typeof plan> {
  let known = planned.get(rule);
  if (known === undefined) {
    known = plan(celEnv(), parse(rule));
    if (planned.size >= maxPlanned) planned.clear();
    planned.set(rule, known);
  }
  return known;
}

/**
 * Evaluates a CEL rule over JSON values. Whole numbers are CEL ints. Anything but a boolean is an error, never a pass.
 */
export function evaluateRule(rule: string, variables: Readonly<Record<string, unknown>>): RuleResult {
  const bindings = Object.fromEntries(Object.entries(variables).map(([name, value]) => [name, toCel(value)]));
  let value: unknown;
  try {
    value = planOf(rule)(bindings);
  } catch (error) {
    return { ok: false, why: messageOf(error) };
  }
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
