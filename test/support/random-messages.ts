/** What a generator chooses from. */
export interface Vocabulary {
  readonly signals: readonly string[];
  readonly updates: readonly string[];
  readonly workflows: readonly string[];
  /** Activities with the queues that serve them. */
  readonly activities: readonly (readonly [name: string, queue: string])[];
  /** Ids of runs to send to. */
  readonly workflowIds: readonly string[];
  /** Statements that people signed, each with the run of the promotion that it is about. */
  readonly statements: readonly { readonly workflowId: string; readonly statement: unknown }[];
  /** Values that are valid somewhere; each message has a mutation of one. */
  readonly valid: readonly unknown[];
}

/** One message to send. */
export type RandomMessage =
  | { readonly kind: 'signal' | 'update'; readonly workflowId: string; readonly name: string; readonly args: RawArgs }
  | {
      readonly kind: 'start';
      readonly workflowId: string;
      readonly name: string;
      readonly args: RawArgs;
      readonly cron: boolean;
    }
  | { readonly kind: 'activity'; readonly name: string; readonly queue: string; readonly args: RawArgs };

/** Arguments as the server passes them on: an encoding and bytes, which need not fit each other. */
export type RawArgs = readonly { readonly encoding: string; readonly data: string }[];

/** A source of random numbers that a seed repeats (mulberry32). */
export function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const oddValues: readonly unknown[] = [
  ...[null, true, 0, -1, 1e308, 2_147_483_648, '', ' ', 'x', '__proto__', '\u0000', '\ud800', [], {}, [[[]]]],
  ...['LIVE', 'REJECTED', 'QUEUED', 'PASS', 'approve', 'reject', 'abort', 'retry', 'alice', 'UPDATE', 'START'],
  ...[
    '2020-01-01T00:00:00.000Z',
    `sha256:${'0'.repeat(64)}`,
    "'; drop table promotions; --",
    { then: 1 },
    'x'.repeat(40_000),
  ],
];
/** What a forger changes in a statement. */
interface SealedStatement {
  readonly dsseEnvelope: { readonly payload: string; readonly signatures: readonly unknown[] };
}

const oddKeys = [
  'type',
  'phase',
  'state',
  'carried',
  'fencingToken',
  'decision',
  'statement',
  '__proto__',
  'toJSON',
  'closed',
];

/** An endless supply of messages; the same seed gives the same ones. */
export function* randomMessages(seed: number, words: Vocabulary): Generator<RandomMessage, never> {
  const random = randomFrom(seed);
  const below = (limit: number): number => Math.floor(random() * limit);
  const pick = <T>(list: readonly T[]): T => list[below(list.length)] as T;
  const text = (): string => Array.from({ length: 1 + below(12) }, () => String.fromCharCode(33 + below(90))).join('');
  const name = (known: readonly string[]): string => (random() < 0.85 ? pick(known) : text());

  /** The same value with one thing changed, somewhere inside. */
  const mutate = (value: unknown): unknown => {
    if (random() < 0.15 || value === null || typeof value !== 'object') {
      if (typeof value === 'string' && value !== '' && random() < 0.6) {
        const at = below(value.length);
        return `${value.slice(0, at)}${pick(['', 'A', '0', '=', '\u0000'])}${value.slice(at + 1)}`;
      }
      return pick(oddValues);
    }
    if (Array.isArray(value)) {
      const items = value as readonly unknown[];
      const index = below(items.length + 1);
      return [...items.slice(0, index), mutate(items[index]), ...items.slice(index + 1)];
    }
    const entries: [string, unknown][] = Object.entries(value);
    const [key, old] = entries[below(entries.length)] ?? ['type', null];
    switch (below(4)) {
      case 0:
        return Object.fromEntries(entries.filter(([other]) => other !== key));
      case 1:
        return Object.fromEntries([...entries, [pick(oddKeys), pick([...oddValues, ...words.valid])]]);
      default:
        return Object.fromEntries(entries.map((entry) => (entry[0] === key ? [key, mutate(old)] : entry)));
    }
  };

  /** A statement that says something else than was signed, or has another signature; all else is as it should be. */
  const forge = (statement: unknown): unknown => {
    const { dsseEnvelope, ...rest } = statement as SealedStatement;
    if (random() < 0.3)
      return { ...rest, dsseEnvelope: { ...dsseEnvelope, signatures: mutate(dsseEnvelope.signatures) } };
    const said = JSON.parse(Buffer.from(dsseEnvelope.payload, 'base64').toString('utf8')) as { predicate: object };
    const nonce = Array.from({ length: 32 }, () => below(16).toString(16)).join('');
    const changed = { ...said.predicate, nonce, ...(random() < 0.5 && { principal: pick(['alice', 'bob', 'carol']) }) };
    const payload = Buffer.from(JSON.stringify({ ...said, predicate: changed })).toString('base64');
    return { ...rest, dsseEnvelope: { ...dsseEnvelope, payload } };
  };
  const decision = (): RandomMessage => {
    const { workflowId, statement } = pick(words.statements);
    const sent = random() < 0.02 ? statement : forge(statement);
    const as = (data: unknown) => [{ encoding: 'json/plain', data: JSON.stringify(data) }];
    return random() < 0.7
      ? { kind: 'signal', workflowId, name: 'decision', args: as(sent) }
      : { kind: 'update', workflowId, name: 'decide', args: as({ statement: sent }) };
  };

  const argument = (): RawArgs[number] => {
    const value = mutate(pick(words.valid));
    const data = JSON.stringify(value);
    if (random() < 0.04) return { encoding: pick(['binary/encrypted', 'json/protobuf', 'binary/null', '']), data };
    return { encoding: 'json/plain', data: random() < 0.04 ? data.slice(0, -1 - below(4)) : data };
  };
  const args = (): RawArgs => Array.from({ length: random() < 0.85 ? 1 : below(4) }, argument);

  for (;;) {
    const chance = random();
    const workflowId = pick(words.workflowIds);
    if (chance < 0.1) yield decision();
    else if (chance < 0.65) yield { kind: 'signal', workflowId, name: name(words.signals), args: args() };
    else if (chance < 0.75) yield { kind: 'update', workflowId, name: name(words.updates), args: args() };
    else if (chance < 0.78) {
      const own = random() < 0.5 ? workflowId : `random/${text()}`;
      yield { kind: 'start', workflowId: own, name: pick(words.workflows), args: args(), cron: random() < 0.02 };
    } else {
      const [activity, queue] = pick(words.activities);
      yield { kind: 'activity', name: random() < 0.95 ? activity : text(), queue, args: args() };
    }
  }
}
