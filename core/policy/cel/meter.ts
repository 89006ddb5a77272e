import {
  type celEnv,
  celError,
  celFunc,
  celList,
  celListConcat,
  celMethod,
  CelScalar,
  isCelError,
  isCelList,
  isCelMap,
} from '@bufbuild/cel';

/** What an evaluation may spend: about one for each expression that it evaluates, and more for what takes longer. */
export const maxSpent = 500_000;

/** The longest text that a rule may make, in characters. */
const maxMade = 1_000_000;

/** The name of the function that counts how long a loop will take, which no rule can name itself. */
export const loopFunction = '@loop';

type CelError = ReturnType<typeof celError>;
type Func = ReturnType<typeof celFunc>;
type Value = NonNullable<Parameters<Func['call']>[1]> | null;
type List = ReturnType<typeof celList>;

let limit = maxSpent;
let left = 0;
let stopped: CelError | undefined;

/** What an evaluation has yielded within its limit. */
export interface Metered<T> {
  readonly result: T;
  /** Why it was stopped, if it was, whatever it yields then. */
  readonly stopped: string | undefined;
}

/** Evaluates with a limit, in steps. */
export function metered<T>(evaluate: () => T, most = maxSpent): Metered<T> {
  limit = left = most;
  stopped = undefined;
  const result = evaluate();
  return { result, stopped: whyStopped() };
}

/** How many steps the last evaluation has taken; more than its limit where it was stopped. */
export function stepsTaken(): number {
  return limit - left;
}

function whyStopped(): string | undefined {
  return stopped?.message;
}

function spend(amount: number): void {
  left -= amount;
  if (left < 0) stop(`it takes more than ${inWords(limit)} steps`);
}

/** Conditions can hide an error, and loops go on after one: everything that costs fails from now on. */
function stop(why: string): never {
  left = -1;
  // Each new error would cost more than what it stops.
  throw (stopped ??= celError(why));
}

const sizes = new WeakMap<object, number>();

/** What it costs to go through a value, with all that is in it, however often. Of JSON it is the same as of what it is read as. */
function sizeOf(value: unknown): number {
  if (typeof value === 'string' || value instanceof Uint8Array) return 1 + value.length / 16;
  if (typeof value !== 'object' || value === null) return 1;
  const known = sizes.get(value);
  if (known !== undefined) return known;
  let size = 1;
  for (const item of partsOf(value)) size += sizeOf(item);
  sizes.set(value, size);
  return size;
}

function partsOf(value: object): Iterable<unknown> {
  if (isCelList(value) || isCelMap(value)) return value.values();
  if (Array.isArray(value)) return value as readonly unknown[];
  return Object.getPrototypeOf(value) === Object.prototype ? (Object.values(value) as readonly unknown[]) : [];
}

/** Takes the size of a list or a map from its JSON, where reading it would leave traces. */
export function sizeAs(made: object, json: object): void {
  sizes.set(made, sizeOf(json));
}

const cheap = (value: unknown) => typeof value !== 'object' && typeof value !== 'string';

function costOfSearch([text, wanted]: readonly Value[]): number {
  const [a, b] = [lengthOf(text), lengthOf(wanted)];
  return 1 + a / 16 + (a * b) / 1_024;
}

/** A pattern that repeats a part is as long as if it was written out. */
function costOfMatch([text, pattern]: readonly Value[]): number {
  const repeated = typeof pattern === 'string' ? [...pattern.matchAll(/\{(\d*),?(\d*)\}/g)] : [];
  const times = repeated.reduce((product, [, min, max]) => product * Math.max(1, Number(min), Number(max)), 1);
  return 100 + ((lengthOf(text) + 16) * (lengthOf(pattern) + 1) * times) / 8;
}

function lengthOf(value: unknown): number {
  return typeof value === 'string' || value instanceof Uint8Array ? value.length : 1;
}

function costOfComparison([a, b]: readonly Value[]): number {
  return cheap(a) || cheap(b) ? 1 : Math.min(sizeOf(a), sizeOf(b));
}

function costOfMembership([item, all]: readonly Value[]): number {
  if (!isCelList(all)) return 1;
  return cheap(item) ? 1 + all.size : all.size * Math.min(sizeOf(item), 1_000) + Math.min(sizeOf(item), sizeOf(all));
}

const costOfText = (values: readonly Value[]) => 1 + lengthOf(values[0]) / 4;

/** What those functions cost whose cost depends on how long their values are. */
const costs: Readonly<Record<string, (values: readonly Value[]) => number>> = {
  '_==_': costOfComparison,
  '_!=_': costOfComparison,
  '_<_': costOfComparison,
  '_<=_': costOfComparison,
  '_>_': costOfComparison,
  '_>=_': costOfComparison,
  '_+_': costOfComparison,
  '@in': costOfMembership,
  matches: costOfMatch,
  contains: costOfSearch,
  startsWith: costOfText,
  endsWith: costOfText,
  size: costOfText,
  string: costOfText,
  bytes: costOfText,
  double: costOfText,
  bool: costOfText,
  timestamp: costOfText,
  duration: costOfText,
  int: (values) => costOfText(values) + lengthOf(values[0]) ** 2 / 256,
  uint: (values) => costOfText(values) + lengthOf(values[0]) ** 2 / 256,
};

/** With a time zone, the parts of a time take a calendar each. */
const costOfTimeZone = 400;

/** The functions of the library, each with its cost, and the one that counts loops. */
export function meteredFunctions(library: ReturnType<typeof celEnv>['funcs']): Func[] {
  const loop = celFunc(loopFunction, [CelScalar.DYN, CelScalar.INT], CelScalar.DYN, (all, each) => {
    spend(isCelList(all) || isCelMap(all) ? (all.size + 1) * Number(each) : 1);
    return all;
  });
  return [loop, ...[...library].flatMap(withCost)];
}

function withCost(one: Func): readonly Func[] {
  const { name, target, arguments: args, result } = one;
  if (name === '_==_' || name === '_!=_') return [comparison(one, name === '_==_')];
  if (name === '_+_' && args.some(isGrowing)) return [addition(one)];
  const cost = target?.name === 'google.protobuf.Timestamp' && args.length > 0 ? () => costOfTimeZone : costs[name];
  // Numbers, and what has no length.
  if (cost === undefined || [target, ...args].every((type) => type === undefined || isShort(type))) return [];
  if (target === undefined)
    return [celFunc(name, args, result, (...values) => called(one, undefined, values as Value[], cost))];
  return [
    celMethod(name, target, args, result, function (...values) {
      return called(one, this, values as Value[], cost);
    }),
  ];
}

function called(one: Func, target: Value | undefined, values: Value[], cost: (values: readonly Value[]) => number) {
  spend(cost(target === undefined ? values : [target, ...values]));
  const result = one.call(0, target, values);
  if (!isCelError(result)) return result ?? null;
  if (result.message.includes('call stack')) stop('it is nested too deeply');
  throw result;
}

function isShort({ name }: { readonly name: string }): boolean {
  return name === 'int' || name === 'uint' || name === 'double' || name === 'bool';
}

function isGrowing({ name }: { readonly name: string }): boolean {
  return name === 'string' || name === 'bytes' || name === 'list';
}

/** Most comparisons are of texts and numbers, and need no more than this. */
function comparison(one: Func, equal: boolean): Func {
  return celFunc(one.name, one.arguments, one.result, (a, b) => {
    if (typeof a === 'string' && typeof b === 'string') {
      if (a.length === b.length) spend(1 + a.length / 16);
      return (a === b) === equal;
    }
    if (typeof a === 'bigint' && typeof b === 'bigint') return (a === b) === equal;
    return called(one, undefined, [a, b] as Value[], costOfComparison);
  });
}

function addition(one: Func): Func {
  return celFunc(one.name, one.arguments, one.result, (a, b) => {
    if (isCelList(a) && isCelList(b)) return joined(a, b);
    if (lengthOf(a) + lengthOf(b) > maxMade) stop(`it makes a text of more than ${inWords(maxMade)} characters`);
    return called(one, undefined, [a, b] as Value[], () => 1 + (lengthOf(a) + lengthOf(b)) / 16);
  });
}

/** The lists that a list was made of, each longer than all after it. */
const parts = new WeakMap<object, readonly List[]>();

/**
 * Adds a list to another. The library adds each time one level more, which makes a list of thousands of additions slow to
 * read until it exhausts the stack; so short parts at the end are put together.
 */
function joined(a: List, b: List): List {
  spend(1 + Math.min(a.size, b.size));
  const made = [...(parts.get(a) ?? [a]), b];
  for (let [last, before] = [made.at(-1), made.at(-2)]; last && before; [last, before] = [made.at(-1), made.at(-2)]) {
    if (last.size < before.size) break;
    spend((last.size + before.size) / 8);
    made.splice(-2, 2, celList([...before, ...last]));
  }
  const list = celListConcat(...made);
  parts.set(list, made);
  sizes.set(list, sizeOf(a) + sizeOf(b));
  return list;
}

function inWords(count: number): string {
  return count.toLocaleString('en-US');
}
