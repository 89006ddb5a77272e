import type { WorkflowHandle } from '@temporalio/client';
import type { Digest } from '../core/digest.js';
import type { Arrivals } from './arrivals.js';
import { sealBundles } from './bundles.js';
import type { CpuSeconds, Machine } from './machine.js';
import { median } from './numbers.js';
import type { Side } from './sides.js';

/** The measurement of one batch of promotions. */
export interface Measurement {
  readonly perMinute: number;
  /** From the call that starts a promotion to its last step, in milliseconds. */
  readonly p50Ms: number;
  /** Of all processes, per promotion. */
  readonly cpuSeconds: number;
  /** The same, for each part. */
  readonly cpuSecondsOf: CpuSeconds;
}

/** The two sides, measured one right after the other. */
export interface Pair {
  readonly lanekeeper: Measurement;
  readonly bare: Measurement;
}

/** How a series is measured. */
export interface SeriesPlan {
  /** Simultaneous promotions, each of another product. */
  readonly concurrency: number;
  /** Promotions of each product in one batch, one after another. */
  readonly each: number;
  readonly pairs: number;
}

/** Pairs of batches, and some closed runs to inspect afterwards. */
export interface Series extends SeriesPlan {
  readonly measured: readonly Pair[];
  readonly closed: { readonly lanekeeper: readonly WorkflowHandle[]; readonly bare: readonly WorkflowHandle[] };
}

/** Measures one series: a warm-up pair, then the pairs that count, which alternate in the side that comes first. */
export async function measureSeries(
  machine: Machine,
  arrivals: Arrivals,
  sides: readonly [Side, Side],
  plan: SeriesPlan,
): Promise<Series> {
  const products = Array.from({ length: plan.concurrency }, (_, index) => `p${plan.concurrency}-${index}`);
  const bundles = new Map<string, readonly Digest[]>();
  for (const product of products)
    bundles.set(product, await sealBundles(machine.database, product, plan.each * (plan.pairs + 1)));
  const lines = {
    lanekeeper: products.map((product) => new Line(product)),
    bare: products.map((product) => new Line(product)),
  };
  const measured: Pair[] = [];
  for (let turn = 0; turn <= plan.pairs; turn += 1) {
    const seen: Partial<Record<Side['name'], Measurement>> = {};
    for (const side of turn % 2 === 0 ? sides : [...sides].reverse()) {
      const work = lines[side.name].map((line) => ({
        line,
        bundles: (bundles.get(line.product) ?? []).slice(turn * plan.each, (turn + 1) * plan.each),
      }));
      seen[side.name] = await measureBatch(machine, arrivals, side, work);
    }
    if (turn > 0) measured.push(seen as Pair);
  }
  const closedOf = (name: Side['name']) => lines[name].flatMap((line) => line.runs.slice(0, -1)).slice(-9);
  return { ...plan, measured, closed: { lanekeeper: closedOf('lanekeeper'), bare: closedOf('bare') } };
}

/** The runs of one product on one side; the last one is live. */
class Line {
  readonly product: string;
  readonly runs: WorkflowHandle[] = [];

  constructor(product: string) {
    this.product = product;
  }
}

async function measureBatch(
  machine: Machine,
  arrivals: Arrivals,
  side: Side,
  work: readonly { readonly line: Line; readonly bundles: readonly Digest[] }[],
): Promise<Measurement> {
  const durations: number[] = [];
  const before = machine.usedCpu();
  const begun = performance.now();
  await Promise.all(
    work.map(async ({ line, bundles }) => {
      for (const bundle of bundles) {
        const started = performance.now();
        const run = await side.start(line.product, bundle);
        await arrivals.of(run.workflowId);
        durations.push(performance.now() - started);
        line.runs.push(run);
      }
    }),
  );
  const seconds = (performance.now() - begun) / 1000;
  // The cost of a promotion includes the end of the run that it replaces, and freeing the lane.
  for (const { line } of work) await line.runs.at(-2)?.result();
  if (side.name === 'lanekeeper') await untilLanesAreFree(machine);
  const after = machine.usedCpu();
  const used = (part: keyof CpuSeconds) => (after[part] - before[part]) / durations.length;
  const cpu = { worker: used('worker'), temporal: used('temporal'), postgres: used('postgres') };
  return {
    perMinute: (durations.length * 60) / seconds,
    p50Ms: median(durations),
    cpuSeconds: cpu.worker + cpu.temporal + cpu.postgres,
    cpuSecondsOf: cpu,
  };
}

async function untilLanesAreFree(machine: Machine): Promise<void> {
  const held = () =>
    machine.database.transaction('default', (tx) =>
      tx.query('select 1 from lanes where holder_promotion_id is not null limit 1'),
    );
  for (
    const deadline = Date.now() + 30_000;
    (await held()).length > 0;
    await new Promise((resolve) => setTimeout(resolve, 20))
  ) {
    if (Date.now() > deadline) throw new Error('a lane is still held although every promotion is live');
  }
}
