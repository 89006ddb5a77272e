import { celEnv, isCelError } from '@bufbuild/cel';
import { didYouMean } from '../../did-you-mean.js';
import type { Checked, RuleChecker } from './checker.js';
import { type Expr, type ExprOf, pathOf, writtenAs } from './syntax.js';
import { areComparable, isOpen, joined, lengthOf, type RuleType, wordsFor } from './types.js';

const library = celEnv().funcs;
type Signature = typeof library extends Iterable<infer One> ? One : never;

/** How the macros are written; a call of that name is one with other arguments. */
const macros: Readonly<Record<string, string>> = {
  has: 'has(x.field)',
  all: 'list.all(x, condition)',
  exists: 'list.exists(x, condition)',
  exists_one: 'list.exists_one(x, condition)',
  map: 'list.map(x, value)',
  filter: 'list.filter(x, condition)',
};

/** Checks a call of a function or an operator against what the library has. */
export function checkCall(part: Expr, call: ExprOf<'callExpr'>, checker: RuleChecker): Checked {
  const { function: name, args: written, target } = call;
  const macro = macros[name];
  if (macro !== undefined) return checker.refuse(part, `${name}() is written ${macro}`);
  const on = target === undefined ? undefined : checker.check(target);
  const args = written.map((arg) => checker.check(arg));
  const steps = args.reduce((sum, arg) => sum + arg.steps, (on?.steps ?? 0) + 1);
  const [a = 'any', b = 'any', c = 'any'] = args.map(({ type }) => type);
  switch (name) {
    case '_&&_':
    case '_||_':
      for (const [index, { type }] of args.entries()) needBool(written[index] ?? part, type, name, checker);
      return { type: 'bool', steps };
    case '@not_strictly_false':
      return { type: 'bool', steps };
    case '_?_:_':
      needBool(written[0] ?? part, a, name, checker);
      return { type: joined(b, c), steps };
    case '_==_':
    case '_!=_':
      if (!areComparable(a, b)) checker.refuse(part, `${wordsFor(a)} is never equal to ${wordsFor(b)}`);
      return { type: 'bool', steps };
    case '@in':
      needMember(part, a, b, checker);
      return { type: 'bool', steps: steps + (typeof b === 'object' && 'list' in b ? lengthOf(b) : 1) };
    case '_[_]':
      return { type: entryType(part, written, [a, b], checker), steps };
    case '_+_':
      if (typeof a === 'object' && typeof b === 'object' && 'list' in a && 'list' in b)
        return { type: { list: joined(a.list, b.list), max: lengthOf(a) + lengthOf(b) }, steps };
      break;
    case 'dyn':
      if (args.length === 1 && on === undefined) return { type: 'any', steps };
  }
  if (name === 'matches') refuseBadPattern(written.at(-1), checker);
  return {
    type: resultType(
      part,
      name,
      on?.type,
      args.map(({ type }) => type),
      checker,
    ),
    steps,
  };
}

function needBool(part: Expr, type: RuleType, name: string, { refuse }: RuleChecker): void {
  if (type === 'bool' || isOpen(type)) return;
  const what = name === '_?_:_' ? 'a condition' : `a part of ${writtenAs(name)}`;
  refuse(part, `${what} has to be a bool, but ${pathOf(part) ?? 'this'} is ${wordsFor(type)}`);
}

function needMember(part: Expr, item: RuleType, all: RuleType, { refuse }: RuleChecker): void {
  if (isOpen(all)) return;
  if (typeof all !== 'object') return refuse(part, `in needs a list or a map, but this is ${wordsFor(all)}`);
  const members = 'list' in all ? all.list : 'key' in all ? all.key : 'string';
  if (!areComparable(item, members))
    refuse(part, `${wordsFor(item)} is never among these, each of which is ${wordsFor(members)}`);
}

/** The type of what an index reads: an element of a list by its number, an entry of a map by its key. */
function entryType(
  part: Expr,
  [of, index]: readonly Expr[],
  types: readonly [RuleType, RuleType],
  checker: RuleChecker,
) {
  const [type, by] = types;
  if (isOpen(type)) return 'any';
  const name = (of === undefined ? undefined : pathOf(of)) ?? 'this';
  if (typeof type !== 'object') return checker.refuse(part, `${name} is ${wordsFor(type)}, not a list or a map`);
  if ('list' in type) {
    if (!areComparable(by, 'int')) checker.refuse(part, `${name} is a list: its elements are read by number`);
    return type.list;
  }
  if ('map' in type) {
    if (!areComparable(by, type.key ?? 'string')) checker.refuse(part, `${name} has no entries under ${wordsFor(by)}`);
    return type.map;
  }
  if (!areComparable(by, 'string')) checker.refuse(part, `${name} has no entries under ${wordsFor(by)}`);
  const key = index?.exprKind.case === 'constExpr' ? index.exprKind.value.constantKind : undefined;
  if (key?.case !== 'stringValue') return 'any';
  const known = Object.hasOwn(type.fields, key.value) ? type.fields[key.value] : undefined;
  if (known !== undefined || type.open === true) return known ?? 'any';
  return checker.refuse(part, `${name} has no ${key.value}${didYouMean(key.value, Object.keys(type.fields))}`);
}

function refuseBadPattern(pattern: Expr | undefined, { refuse }: RuleChecker): void {
  const constant = pattern?.exprKind.case === 'constExpr' ? pattern.exprKind.value.constantKind : undefined;
  if (pattern === undefined || constant?.case !== 'stringValue') return;
  const result = library.find('matches')?.call(0, '', [constant.value]);
  if (isCelError(result)) refuse(pattern, `this is no regular expression (RE2): ${result.message}`);
}

/** The result of the function that takes these types. */
function resultType(
  part: Expr,
  name: string,
  target: RuleType | undefined,
  args: readonly RuleType[],
  { refuse }: RuleChecker,
): RuleType {
  const known = [...(library.find(name) ?? [])];
  if (known.length === 0) {
    const names = [...new Set([...library].map((one) => one.name)), ...Object.keys(macros)].filter((one) =>
      /^\w+$/.test(one),
    );
    return refuse(part, `there is no function ${name}()${didYouMean(name, names)}`);
  }
  const fitting = known.filter((one) => takes(one, target, args));
  if (fitting.length === 0) {
    const given = [...(target === undefined ? [] : [target]), ...args].map(wordsFor).join(' and ');
    return refuse(part, `${writtenAs(name)} does not work on ${given === '' ? 'nothing' : given}`);
  }
  return fitting.map(({ result }) => typeFrom(result)).reduce(joined);
}

function takes(one: Signature, target: RuleType | undefined, args: readonly RuleType[]): boolean {
  if ((one.target === undefined) !== (target === undefined) || one.arguments.length !== args.length) return false;
  if (one.target !== undefined && target !== undefined && !fits(target, typeFrom(one.target))) return false;
  return args.every((arg, index) => fits(arg, typeFrom(one.arguments[index])));
}

function fits(type: RuleType, wanted: RuleType): boolean {
  if (isOpen(type) || isOpen(wanted)) return true;
  if (typeof type !== 'object' || typeof wanted !== 'object') return type === wanted;
  return 'list' in type === 'list' in wanted;
}

const scalars: Readonly<Record<string, RuleType>> = {
  int: 'int',
  uint: 'uint',
  double: 'double',
  bool: 'bool',
  string: 'string',
  bytes: 'bytes',
  null_type: 'null',
  type: 'type',
  'google.protobuf.Timestamp': 'timestamp',
  'google.protobuf.Duration': 'duration',
};

/** A type of the library as one of ours. */
function typeFrom(type: Signature['result'] | undefined): RuleType {
  if (type?.kind === 'list') return { list: 'any' };
  if (type?.kind === 'map') return { map: 'any', key: 'any' };
  return scalars[type?.name ?? ''] ?? 'any';
}
