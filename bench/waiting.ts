import pLimit from 'p-limit';
import type { Digest } from '../core/digest.js';
import { workflowIds } from '../core/ids.js';
import { attachPreviewCheck } from '../test/support/sealed-bundle.js';
import { until } from '../test/support/until.js';
import { Arrivals } from './arrivals.js';
import { startBenchWorkers } from './bench-workers.js';
import { sealBundles } from './bundles.js';
import { type Goal, goalOf } from './goal.js';
import { type Machine, type Memory, startMachine } from './machine.js';
import { lanekeeperSide } from './sides.js';
import { median } from './numbers.js';

/** The lane whose gate waits for evidence in the benchmark's policy. */
const lane = 'silver';
const sizes = [50, 500] as const;
/** Takes some minutes more. */
const longSize = 5_000;
/** How many of the waiting promotions get their evidence for one figure. */
const samples = 15;
/** How many promotions are started at a time. */
const starting = pLimit(20);

interface Measured {
  readonly waiting: number;
  readonly liveMs: number;
  readonly memory: Memory;
}

/**
 * Measures what promotions cost that wait for evidence, each of a product of its own: the memory of the worker and of the
 * Temporal server, and how long one of them takes from its evidence to LIVE with its attestation.
 */
export async function benchWaiting(say: (text: string) => void, long: boolean): Promise<readonly Goal[]> {
  const machine = await startMachine();
  const arrivals = new Arrivals();
  try {
    const workers = await startBenchWorkers(machine, (workflowId) => arrivals.note(workflowId));
    try {
      const measured: Measured[] = [];
      let there = 0;
      for (const waiting of long ? [...sizes, longSize] : sizes) {
        say(`${String(waiting)} waiting promotions`);
        const bundles = await startUpTo(machine, there, waiting);
        there = waiting;
        measured.push({ waiting, memory: machine.memory(), liveMs: await measure(machine, arrivals, bundles) });
      }
      return goalsOf(measured);
    } finally {
      await workers.stop();
    }
  } finally {
    await machine.close();
  }
}

/** Starts promotions of more products, and waits until all wait for their gate. @returns the bundles of the new ones */
async function startUpTo(
  machine: Machine,
  from: number,
  to: number,
): Promise<readonly (readonly [product: string, bundle: Digest])[]> {
  const side = lanekeeperSide(machine.client, lane);
  const products = Array.from({ length: to - from }, (_, index) => `waits-${String(from + index)}`);
  return Promise.all(
    products.map((product) =>
      starting(async () => {
        const [bundle] = (await sealBundles(machine.database, product, 1)) as [Digest];
        await side.start(product, bundle);
        return [product, bundle] as const;
      }),
    ),
  );
}

async function measure(
  machine: Machine,
  arrivals: Arrivals,
  bundles: readonly (readonly [product: string, bundle: Digest])[],
): Promise<number> {
  const state = (product: string) =>
    machine.database.transaction('default', (tx) =>
      tx.query<{ state: string }>('select state from promotions where product = $1', [product]),
    );
  const times: number[] = [];
  for (const [product, bundle] of bundles.slice(0, samples)) {
    await until(async () => (await state(product))[0]?.state === 'GATING', `${product} to wait`);
    const attached = performance.now();
    await attachPreviewCheck(machine, bundle, { product });
    await arrivals.of(workflowIds.promotion('default', product, lane, bundle));
    times.push(performance.now() - attached);
  }
  return median(times);
}

function goalsOf([least, ...more]: readonly Measured[]): readonly Goal[] {
  if (least === undefined) return [];
  const of = (name: string, unit: string, figure: (one: Measured) => number, atMost: number) =>
    more.map((one) =>
      goalOf({
        name: `${name} with ${String(one.waiting)} waiting promotions`,
        unit,
        figure: figure(one),
        comparator: { name: `with ${String(least.waiting)}`, figure: figure(least) },
        goal: { atMost },
      }),
    );
  return [
    ...of('from evidence to LIVE', 'ms', ({ liveMs }) => liveMs, 1.5),
    ...of('memory of the worker', 'MB', ({ memory }) => memory.worker, 2),
    ...of('memory of the Temporal server', 'MB', ({ memory }) => memory.temporal, 2),
  ];
}
