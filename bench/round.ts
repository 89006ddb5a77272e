import { performance, monitorEventLoopDelay } from 'node:perf_hooks';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { EvidenceCache } from '../activities/policy/evidence-cache.js';
import { newestGates } from '../activities/policy/newest-gates.js';
import { whenPrepared } from '../activities/policy/preparation.js';
import { readFacts } from '../activities/policy/read-facts.js';
import { verifyStatement } from '../adapters/sigstore/verify-statement.js';
import type { Digest } from '../core/digest.js';
import { evaluateGates } from '../core/policy/evaluate.js';
import { wantedBy } from '../core/policy/wanted.js';
import { bookWith, staticRules } from '../test/support/static-rules.js';
import { evidenceOfBundle } from '../store/evidence/read.js';
import { enrolledKeys } from '../store/identity/read.js';
import { type Goal, goalOf } from './goal.js';
import { type RoundFixture, startRoundFixture } from './round-fixture.js';
import { median, readable } from './numbers.js';

/** How long something took, and the longest time for which it kept everything else in the process waiting. */
interface Duration {
  readonly ms: number;
  readonly stallMs: number;
}

/** What was measured over one number of attestations. */
export interface RoundResult {
  readonly attestations: number;
  /** A round in a process that has verified nothing yet. */
  readonly first: Duration;
  /** A later one: the medians of several, and the longest stall of all. */
  readonly again: Duration;
  /** The comparator: every signature in one go, with its key parsed anew. */
  readonly everySignature: Duration;
  /** A later round to the comparator. */
  readonly ratio: number;
}

/** All results of the benchmark. */
export interface RoundReport {
  readonly benchmark: 'round';
  readonly environment: RoundFixture['environment'];
  readonly results: readonly RoundResult[];
  readonly goals: readonly Goal[];
}

const sizes = [15, 150, 1_500] as const;
const roundsPerSize = 9;

/** Measures rounds of gates over the evidence of one bundle, which grows from size to size. */
export async function benchRound(say: (text: string) => void): Promise<RoundReport> {
  const fixture = await startRoundFixture();
  try {
    const results: RoundResult[] = [];
    for (const size of sizes) {
      say(`attaching evidence until there are ${String(size)} attestations`);
      await fixture.growTo(size);
      results.push(await measure(fixture, size));
    }
    return { benchmark: 'round', environment: fixture.environment, results, goals: goalsOf(results) };
  } finally {
    await fixture.close();
  }
}

async function measure(fixture: RoundFixture, attestations: number): Promise<RoundResult> {
  const round = roundsOf(fixture);
  const first = await timed(() => round(new EvidenceCache()));
  const cache = new EvidenceCache();
  await round(cache);
  const again: Duration[] = [];
  const compared: Duration[] = [];
  for (let count = 0; count < roundsPerSize; count += 1) {
    await settle(() => round(cache));
    again.push(await timed(() => round(cache)));
    await settle(() => everySignature(fixture));
    compared.push(await timed(() => everySignature(fixture)));
  }
  return {
    attestations,
    first,
    again: summary(again),
    everySignature: summary(compared),
    ratio: median(again.map(({ ms }, at) => ms / (compared[at]?.ms ?? Number.NaN))),
  };
}

/** A round of the gates of gold, as a promotion evaluates it. */
function roundsOf({ database, stores, bundle }: RoundFixture): (cache: EvidenceCache) => Promise<void> {
  const about = { product: 'shop', lane: 'gold', kind: 'PROMOTION' } as const;
  return async (cache) => {
    const rules = staticRules(await bookWith());
    await whenPrepared({ blobs: stores, rules, cache }, 'default', (known) =>
      database.transaction('default', async (tx) => {
        const newest = await newestGates(tx, known, about);
        if ('problem' in newest) throw newest.problem;
        const { snapshot, digest: policyDigest } = newest;
        const subject = { ...about, bundle, policyDigest, wanted: wantedBy(snapshot) };
        return evaluateGates(snapshot, await readFacts(tx, known, subject), new Date());
      }),
    );
  };
}

/** What a round did before anything was remembered. A key that is written in another way is not one that was read before. */
async function everySignature({ database, stores, bundle }: RoundFixture): Promise<void> {
  const { attestations, keys } = await database.transaction('default', async (tx) => ({
    attestations: await evidenceOfBundle(tx, bundle),
    keys: new Map((await enrolledKeys(tx)).map((key) => [key.keyId, key.publicKeyPem])),
  }));
  const blobs = stores.of('default');
  const signed: (readonly [Buffer, Digest])[] = [];
  for (const { checksum, keyId } of attestations) signed.push([await blobs.get(checksum), keyId]);
  for (const [at, [bytes, keyId]] of signed.entries())
    verifyStatement(bytes, [`${keys.get(keyId) ?? ''}${'\n'.repeat(at + 1)}`]);
}

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** Collects the garbage that others left, which is not the next one's to pay for; the first time after that is slower. */
async function settle(work: () => Promise<void>): Promise<void> {
  collect();
  await work();
}

async function timed(work: () => Promise<void>): Promise<Duration> {
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  const begun = performance.now();
  await work();
  const ms = performance.now() - begun;
  // The longest delay is noticed when the loop turns again.
  await new Promise((resolve) => setTimeout(resolve, 5));
  delay.disable();
  return { ms, stallMs: delay.max / 1e6 };
}

function summary(durations: readonly Duration[]): Duration {
  return {
    ms: median(durations.map(({ ms }) => ms)),
    stallMs: Math.max(...durations.map(({ stallMs }) => stallMs)),
  };
}

function goalsOf(results: readonly RoundResult[]): readonly Goal[] {
  const of = (size: number) => results.find(({ attestations }) => attestations === size);
  const below = (name: string, figure: number, limit: number): Goal =>
    goalOf({ name, unit: 'ms', figure, comparator: { name: 'the limit', figure: limit }, goal: { atMost: 1 } });
  const most = of(1_500);
  return [
    below('a round over 1,500 attestations', most?.again.ms ?? Number.NaN, 350),
    below('its longest stall', Math.max(most?.again.stallMs ?? Number.NaN, most?.first.stallMs ?? 0), 50),
    below('a round over 15 attestations', of(15)?.again.ms ?? Number.NaN, 12),
  ];
}

/** The report as text for people. */
export function renderRounds({ environment: at, results }: RoundReport): string {
  const row = (cells: readonly string[]) => cells.map((cell) => cell.padStart(14)).join('');
  return [
    `${String(at.cores)} cores (${at.processor}), ${at.platform}, Node ${at.node}, PostgreSQL ${at.postgres}`,
    '',
    row(['attestations', 'first, ms', 'stall', 'again, ms', 'stall', 'everything', 'stall', 'ratio']),
    ...results.map(({ attestations, first, again, everySignature: all, ratio }) =>
      row([
        String(attestations),
        ...[first.ms, first.stallMs, again.ms, again.stallMs, all.ms, all.stallMs, ratio].map(readable),
      ]),
    ),
  ].join('\n');
}
