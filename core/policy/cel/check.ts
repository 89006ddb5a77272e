import { didYouMean, nearest } from '../../did-you-mean.js';
import { checkCall } from './calls.js';
import type { Checked, RuleChecker } from './checker.js';
import { type Expr, type ExprOf, keyOf, maxRuleLength, type ParsedRule, pathOf } from './syntax.js';
import { type RuleScope, type RuleType, isOpen, joined, lengthOf, wordsFor } from './types.js';

/** What is wrong with a rule. */
export interface RuleProblem {
  /** The character of the rule at which it is wrong, from 0. */
  readonly offset: number;
  readonly text: string;
}

/** The most steps that a rule may take for the longest lists that can be there, where its scope names no other number. */
export const maxSteps = 50_000_000;

/** Ends the check. */
class Refusal extends Error {
  readonly problem: RuleProblem;

  constructor(problem: RuleProblem) {
    super(problem.text);
    this.problem = problem;
  }
}

type Names = Readonly<Record<string, RuleType>>;

/** Types have names too, for `type(x) == string`. */
const typeNames = ['int', 'uint', 'double', 'bool', 'string', 'bytes', 'list', 'map', 'null_type', 'type'];

/** Checks that all names and fields of a rule are there, that everything has the type that it needs, and what it costs. */
export function checkTypes({ expr, sourceInfo }: ParsedRule, scope: RuleScope): RuleProblem | undefined {
  const offsetOf = ({ id }: Expr) => sourceInfo?.positions[String(id)] ?? 0;
  const refuse = (part: Expr, text: string): never => {
    throw new Refusal({ offset: offsetOf(part), text });
  };
  const within = (local: Names): RuleChecker => {
    const checker: RuleChecker = { check: (part) => checkExpr(part), refuse };
    const checkExpr = (part: Expr): Checked => {
      const { exprKind } = part;
      switch (exprKind.case) {
        case 'constExpr':
          return { type: constantType(part, exprKind.value, refuse), steps: 1 };
        case 'identExpr':
          return { type: variableType(part, exprKind.value.name, scope, local, refuse), steps: 1 };
        case 'selectExpr':
          return checkField(part, exprKind.value, checker);
        case 'callExpr':
          return checkCall(part, exprKind.value, checker);
        case 'listExpr':
          return checkList(exprKind.value, checker);
        case 'structExpr':
          return checkMap(part, exprKind.value, checker);
        case 'comprehensionExpr':
          return checkLoop(exprKind.value, checker, (names) => within({ ...local, ...names }));
        default:
          return refuse(part, 'an expression is missing');
      }
    };
    return checker;
  };
  try {
    const { type, steps } = within({}).check(expr);
    if (type !== 'bool' && !isOpen(type)) return { offset: 0, text: `it yields ${wordsFor(type)}, not true or false` };
    const most = scope.maxSteps ?? maxSteps;
    if (steps > most)
      return { offset: 0, text: `it can take ${inWords(steps)} steps, but at most ${inWords(most)} are allowed` };
    return undefined;
  } catch (error) {
    if (error instanceof Refusal) return error.problem;
    throw error;
  }
}

type Refuse = RuleChecker['refuse'];

function constantType(part: Expr, { constantKind }: ExprOf<'constExpr'>, refuse: Refuse): RuleType {
  switch (constantKind.case) {
    case 'int64Value':
      if (BigInt.asIntN(64, constantKind.value) !== constantKind.value)
        return refuse(part, 'this number is no int: ints have 64 bits');
      return 'int';
    case 'uint64Value':
      if (BigInt.asUintN(64, constantKind.value) !== constantKind.value)
        return refuse(part, 'this number is no uint: uints have 64 bits');
      return 'uint';
    case 'doubleValue':
      return Number.isFinite(constantKind.value) ? 'double' : refuse(part, 'this number is too large for a double');
    case 'boolValue':
      return 'bool';
    case 'stringValue':
      return 'string';
    case 'bytesValue':
      return 'bytes';
    case 'nullValue':
      return 'null';
    default:
      return refuse(part, 'a constant is missing');
  }
}

function variableType(part: Expr, written: string, { variables }: RuleScope, local: Names, refuse: Refuse): RuleType {
  const name = written.startsWith('.') ? written.slice(1) : written;
  if (name === written && Object.hasOwn(local, name)) return local[name] ?? 'any';
  if (Object.hasOwn(variables, name)) return variables[name] ?? 'any';
  if (typeNames.includes(name)) return 'type';
  const known = [...Object.keys(local).filter((one) => !one.startsWith('@')), ...Object.keys(variables)];
  return refuse(part, `there is no ${name}${hint(name, known)}`);
}

function checkField(part: Expr, { operand, field, testOnly }: ExprOf<'selectExpr'>, checker: RuleChecker): Checked {
  if (operand === undefined) return checker.refuse(part, 'an expression is missing');
  const { type: of, steps } = checker.check(operand);
  const type = fieldType(of, field, (text) => checker.refuse(part, text), operand);
  return { type: testOnly ? 'bool' : type, steps: steps + 1 };
}

/** The type of a field or of an entry that is named. */
function fieldType(of: RuleType, field: string, refuse: (text: string) => never, operand: Expr): RuleType {
  const path = pathOf(operand);
  if (isOpen(of)) return 'any';
  if (typeof of !== 'object' || 'list' in of)
    return refuse(`${path ?? 'this'} is ${wordsFor(of)}, which has no fields such as ${field}`);
  if ('map' in of) return of.map;
  if (Object.hasOwn(of.fields, field)) return of.fields[field] ?? 'any';
  const names = Object.keys(of.fields);
  if (of.open !== true) return refuse(`${path ?? 'this'} has no ${field}${hint(field, names)}`);
  const near = nearest(field, names);
  if (near === undefined || field.length < 4) return 'any';
  const quoted = `${path ?? 'x'}[${JSON.stringify(field)}]`;
  return refuse(`${path ?? 'this'} has no ${field}; did you mean ${near}? If it really has one, read it as ${quoted}`);
}

function hint(typed: string, known: readonly string[]): string {
  const near = didYouMean(typed, known);
  return near === '' ? `; there are: ${known.join(', ')}` : near;
}

function checkList({ elements }: ExprOf<'listExpr'>, checker: RuleChecker): Checked {
  const checked = elements.map((element) => checker.check(element));
  const type = { list: together(checked), max: elements.length };
  return { type, steps: stepsOf(checked) + 1 };
}

function checkMap(part: Expr, { messageName, entries }: ExprOf<'structExpr'>, checker: RuleChecker): Checked {
  if (messageName !== '') return checker.refuse(part, `rules make no messages such as ${messageName}`);
  const keys = entries.flatMap((entry) => {
    const key = keyOf(entry);
    return key === undefined ? [] : [checker.check(key)];
  });
  const values = entries.flatMap(({ value }) => (value === undefined ? [] : [checker.check(value)]));
  const type = { map: together(values), key: together(keys) };
  return { type, steps: stepsOf([...keys, ...values]) + 1 };
}

/** The macros `all`, `exists`, `exists_one`, `map` and `filter` are loops that make their result from one element after another. */
function checkLoop(
  loop: ExprOf<'comprehensionExpr'>,
  outer: RuleChecker,
  within: (names: Names) => RuleChecker,
): Checked {
  const { iterRange, iterVar, accuVar, accuInit, loopCondition, loopStep, result } = loop;
  if (!iterRange || !accuInit || !loopCondition || !loopStep || !result) return { type: 'any', steps: 1 };
  const range = outer.check(iterRange);
  const element = elementType(iterRange, range.type, outer.refuse);
  const start = outer.check(accuInit);
  const inner = within({ [accuVar]: start.type, [iterVar]: element });
  const condition = inner.check(loopCondition);
  const step = inner.check(loopStep);
  const count = lengthOf(range.type);
  // What a step makes longer by its elements is as long as there are steps.
  const made = joined(start.type, step.type);
  const all = typeof made === 'object' && 'list' in made ? { ...made, max: count } : made;
  const end = within({ [accuVar]: all }).check(result);
  return { type: end.type, steps: range.steps + start.steps + count * (condition.steps + step.steps) + end.steps };
}

function elementType(range: Expr, type: RuleType, refuse: Refuse): RuleType {
  if (isOpen(type)) return 'any';
  if (typeof type === 'object') return 'list' in type ? type.list : 'key' in type ? (type.key ?? 'string') : 'string';
  return refuse(range, `${pathOf(range) ?? 'this'} is ${wordsFor(type)}, not a list or a map`);
}

function together(all: readonly Checked[]): RuleType {
  return all.reduce<RuleType>((type, one) => joined(type, one.type), 'nothing');
}

function stepsOf(all: readonly Checked[]): number {
  return all.reduce((sum, { steps }) => sum + steps, 0);
}

function inWords(count: number): string {
  return count.toLocaleString('en-US');
}

/** What is wrong with the length of a rule. */
export function checkLength(source: string): RuleProblem | undefined {
  if (source.length <= maxRuleLength) return undefined;
  return { offset: maxRuleLength, text: `it is longer than ${inWords(maxRuleLength)} characters` };
}
