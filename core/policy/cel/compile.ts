import { parse } from '@bufbuild/cel';
import { LanekeeperError, messageOf } from '../../errors.js';
import { checkLength, checkTypes, type RuleProblem } from './check.js';
import { evaluateRule, type RuleResult } from './evaluate.js';
import { explainRule } from './explain.js';
import { placeIn, type WrittenRule } from './place.js';
import { isTooDeep, opensTooMany } from './syntax.js';
import type { RuleScope } from './types.js';

/** A rule of which everything is known to be there and to fit. */
export interface CompiledRule {
  readonly source: string;
  /** Evaluates it over JSON values. It does not throw. */
  evaluate(variables: Readonly<Record<string, unknown>>): RuleResult;
  /** The same, with what it has read. */
  explain(variables: Readonly<Record<string, unknown>>): ReturnType<typeof explainRule>;
}

/** How many rules are kept for each scope. */
const maxKept = 1_000;

const kept = new WeakMap<RuleScope, Map<string, RuleProblem | undefined>>();

/** What is wrong with a rule, if anything is. */
export function checkRule(source: string, scope: RuleScope): RuleProblem | undefined {
  const tooLong = checkLength(source);
  if (tooLong !== undefined) return tooLong;
  const known = kept.get(scope) ?? new Map<string, RuleProblem | undefined>();
  kept.set(scope, known);
  if (known.has(source)) return known.get(source);
  const problem = checkParsed(source, scope);
  if (known.size >= maxKept) known.clear();
  known.set(source, problem);
  return problem;
}

/**
 * Compiles a rule for those who apply a policy.
 *
 * @param at the file of the rule, and how it is written there
 * @throws INVALID_POLICY with file, line, column and what is wrong
 */
export function compileRule(
  source: string,
  scope: RuleScope,
  at: { readonly file: string } & WrittenRule,
): CompiledRule {
  const problem = checkRule(source, scope);
  if (problem === undefined)
    return {
      source,
      evaluate: (variables) => evaluateRule(source, variables),
      explain: (variables) => explainRule(source, variables),
    };
  const { line, column, within } = placeIn(at, problem.offset);
  const place = `${at.file}:${String(line)}:${String(column)}`;
  throw new LanekeeperError('INVALID_POLICY', {
    message: `${place}: the rule is wrong: ${problem.text}${within}`,
    object: place,
    next: 'correct the rule; docs/concepts.md says what rules may read',
  });
}

function checkParsed(source: string, scope: RuleScope): RuleProblem | undefined {
  const tooDeep = { offset: 0, text: 'it is nested too deeply' };
  if (opensTooMany(source)) return tooDeep;
  try {
    const parsed = parse(source);
    return isTooDeep(parsed.expr) ? tooDeep : checkTypes(parsed, scope);
  } catch (error) {
    return error instanceof RangeError ? tooDeep : syntaxProblem(error);
  }
}

/** The parser names what it found, and sometimes all that it would have taken. */
function syntaxProblem(error: unknown): RuleProblem {
  const text = messageOf(error)
    .replace(/^(syntax error )?<input>:\d+:\d+: /, '')
    .replace(/ but expecting .*, .*$/s, '');
  return { offset: offsetOf(error), text: `it is not CEL: ${text}` };
}

function offsetOf(error: unknown): number {
  if (typeof error !== 'object' || error === null || !('location' in error)) return 0;
  const { location } = error as { readonly location?: { readonly start?: { readonly offset?: number } } };
  return location?.start?.offset ?? 0;
}
