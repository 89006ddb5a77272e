import {
  type CelInput,
  celEnv,
  celFunc,
  celList,
  celMap,
  celMethod,
  CelScalar,
  isCelList,
  isCelMap,
  parse,
  plan,
} from '@bufbuild/cel';
import type { Json } from '../layers/merge.js';
import { type RuleResult, yieldOf } from './evaluate.js';
import { meteredFunctions, sizeAs } from './meter.js';
import { call, countLoops, int, type Plan } from './plan.js';
import { type Expr, partsOf } from './syntax.js';
import { toCel } from './values.js';

/** A value that the evaluation of a rule has read. */
export interface Read {
  /** Where it stands among the variables: `evidence[0].result`; `size(evidence)` is how many there are. */
  readonly path: string;
  /** Null also where nothing stands there. */
  readonly value: Json;
}

/** How many values are told, and how much of each, in characters. */
const maxReads = 50;
const maxLength = 200;

/**
 * Evaluates a rule, and tells what it has read, in the order in which it did: what did not matter, because something
 * before it had decided already, is not among it.
 */
export function explainRule(
  rule: string,
  variables: Readonly<Record<string, unknown>>,
): RuleResult & { readonly reads: readonly Read[] } {
  const book = new Book();
  const result = yieldOf(
    () => explainingPlan(rule, book),
    () => book.bindings(variables),
  );
  return { ...result, reads: book.reads };
}

const library = celEnv().funcs;
const takeFunction = '@take';
const nextFunction = '@next';

/** Notes each value that is read. Lists and maps hand out what is in them, and note only what is neither. */
class Book {
  readonly #reads = new Map<string, Json>();
  readonly #paths = new WeakMap<object, string>();
  readonly #loops = new Map<bigint, { readonly items: readonly (() => void)[]; next: number }>();

  get reads(): readonly Read[] {
    return [...this.#reads].map(([path, value]) => ({ path, value }));
  }

  bindings(variables: Readonly<Record<string, unknown>>): Readonly<Record<string, CelInput>> {
    const bound: Record<string, CelInput> = {};
    for (const [name, value] of Object.entries(variables))
      Object.defineProperty(bound, name, { get: this.#reader(value, name), enumerable: true });
    return bound;
  }

  /** Those functions that tell of what is read by way of them. */
  functions() {
    const size = (all: object & { readonly size: number }) => {
      const path = this.#paths.get(all);
      if (path !== undefined) this.#note(`size(${path})`, all.size);
      return BigInt(all.size);
    };
    return [
      ...[...library].flatMap((one) => {
        const [of] = [one.target, ...one.arguments].filter((type) => type !== undefined);
        if (one.name !== 'size' || of === undefined || (of.kind !== 'list' && of.kind !== 'map')) return [];
        const counted = (value: unknown) => (isCelList(value) || isCelMap(value) ? size(value) : 0n);
        if (one.target === undefined) return [celFunc('size', [of], CelScalar.INT, (all) => counted(all))];
        return [
          celMethod('size', of, [], CelScalar.INT, function () {
            return counted(this);
          }),
        ];
      }),
      celFunc(takeFunction, [CelScalar.DYN, CelScalar.INT], CelScalar.DYN, (all, id) => this.#take(all, id)),
      celFunc(nextFunction, [CelScalar.DYN, CelScalar.INT], CelScalar.DYN, (goesOn, id) => {
        const loop = this.#loops.get(id);
        if (goesOn === true && loop !== undefined) loop.items[loop.next++]?.();
        return goesOn;
      }),
    ];
  }

  /** A loop takes all elements of a list at once: which of them it gets to is noted later, one by one. */
  #take(all: CelInput, id: bigint): CelInput {
    const path = isCelList(all) ? this.#paths.get(all) : undefined;
    if (!isCelList(all) || path === undefined) return all;
    const before = new Map(this.#reads);
    const items = [...all];
    this.#reads.clear();
    for (const [known, value] of before) this.#reads.set(known, value);
    const notes = items.map((item, index) => () => {
      const json = leafOf(item);
      if (json !== undefined) this.#note(`${path}[${String(index)}]`, json);
    });
    this.#loops.set(id, { items: notes, next: 0 });
    return celList(items);
  }

  #note(path: string, value: Json): void {
    if (this.#reads.size < maxReads && !this.#reads.has(path)) this.#reads.set(path, shortened(value));
  }

  /** Reads a value when it is asked for. */
  #reader(value: unknown, path: string): () => CelInput {
    let made: CelInput | undefined;
    return () => {
      if (typeof value === 'object' && value !== null) return (made ??= this.#container(value, path));
      this.#note(path, (value ?? null) as Json);
      return toCel(value);
    };
  }

  #container(value: object, path: string): CelInput {
    const made = Array.isArray(value) ? this.#list(value, path) : this.#map(value, path);
    this.#paths.set(made, path);
    sizeAs(made, value);
    return made;
  }

  #list(values: readonly unknown[], path: string) {
    const elements: CelInput[] = [];
    for (const [index, value] of values.entries())
      Object.defineProperty(elements, index, {
        get: this.#reader(value, `${path}[${String(index)}]`),
        enumerable: true,
      });
    return celList(elements);
  }

  #map(value: object, path: string) {
    const readers = new Map<Key, () => CelInput>(
      Object.entries(value).map(([key, item]) => [key, this.#reader(item, `${path}${step(key)}`)]),
    );
    return celMap(new ReadingMap(readers, (key) => this.#note(`${path}${step(key)}`, null)));
  }
}

type Key = Parameters<typeof celMap>[0] extends infer M
  ? M extends ReadonlyMap<infer K, CelInput>
    ? K
    : never
  : never;

/** A map that makes its values when they are asked for. */
class ReadingMap implements ReadonlyMap<Key, CelInput> {
  readonly #readers: ReadonlyMap<Key, () => CelInput>;
  readonly #missing: (key: string) => void;

  constructor(readers: ReadonlyMap<Key, () => CelInput>, missing: (key: string) => void) {
    this.#readers = readers;
    this.#missing = missing;
  }

  get size(): number {
    return this.#readers.size;
  }

  get(key: Key): CelInput | undefined {
    const reader = this.#readers.get(key);
    if (reader === undefined && typeof key === 'string') this.#missing(key);
    return reader?.();
  }

  has(key: Key): boolean {
    return this.#readers.has(key);
  }

  keys() {
    return this.#readers.keys();
  }

  values() {
    return this.#all().values();
  }

  entries() {
    return this.#all().entries();
  }

  [Symbol.iterator]() {
    return this.#all().entries();
  }

  forEach(callback: (value: CelInput, key: Key, map: ReadonlyMap<Key, CelInput>) => void): void {
    this.#all().forEach(callback);
  }

  #all(): ReadonlyMap<Key, CelInput> {
    return new Map([...this.#readers].map(([key, reader]) => [key, reader()]));
  }
}

/** The rule, with loops that tell which elements they get to. */
function explainingPlan(rule: string, book: Book): Plan {
  const parsed = parse(rule);
  countLoops(parsed.expr);
  tellLoops(parsed.expr);
  return plan(celEnv({ funcs: [...meteredFunctions(library), ...book.functions()] }), parsed);
}

function tellLoops(expr: Expr): void {
  for (const part of partsOf(expr)) tellLoops(part);
  if (expr.exprKind.case !== 'comprehensionExpr') return;
  const loop = expr.exprKind.value;
  if (loop.iterRange === undefined || loop.loopCondition === undefined) return;
  loop.iterRange = call(takeFunction, [loop.iterRange, int(Number(expr.id))]);
  loop.loopCondition = call(nextFunction, [loop.loopCondition, int(Number(expr.id))]);
}

/** What is neither a list nor a map, as JSON. */
function leafOf(value: unknown): Json | undefined {
  if (typeof value === 'bigint') return Number(value);
  if (value === null || typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean')
    return value;
  return undefined;
}

function step(key: string): string {
  return /^[A-Za-z_]\w*$/.test(key) ? `.${key}` : `[${JSON.stringify(key.slice(0, maxLength))}]`;
}

function shortened(value: Json): Json {
  return typeof value === 'string' && value.length > maxLength ? `${value.slice(0, maxLength - 1)}…` : value;
}
