import type { WorkflowHandle } from '@temporalio/client';
import { Arrivals } from './arrivals.js';
import { commitBefore, type EarlierCode, mediansOf, type SeriesBefore } from './before.js';
import { startBenchWorkers } from './bench-workers.js';
import { goldPromotion } from './gold.js';
import { type EventCounts, eventCountsOf, totalOf } from './history-events.js';
import { startMachine } from './machine.js';
import { type Report, type SeriesSummary, summarize } from './report.js';
import { measureSeries, type SeriesPlan } from './series.js';
import { bareSide, lanekeeperSide } from './sides.js';

/**
 * Measures promotions against the code before, where that is given, in turns; the report is that of the turn in the middle
 * by its rate one at a time.
 */
export async function benchAgainst(
  earlier: EarlierCode | undefined,
  plans: readonly SeriesPlan[],
  say: (text: string) => void,
): Promise<{ readonly report: Report; readonly before: readonly SeriesBefore[] }> {
  if (earlier === undefined) return { report: await benchPromotion(plans, say), before: [] };
  const before: (readonly SeriesBefore[])[] = [];
  const reports: Report[] = [];
  for (let turn = 1; turn <= turns; turn += 1) {
    say(`turn ${String(turn)} of ${String(turns)}: the code of ${commitBefore}`);
    before.push(await earlier.measure());
    reports.push(await benchPromotion(plans, say));
  }
  const rateOf = ({ series }: Report) => series[0]?.median.lanekeeper.perMinute ?? 0;
  const report = reports.sort((a, b) => rateOf(a) - rateOf(b))[Math.floor(turns / 2)] as Report;
  return { report, before: plans.map((plan) => mediansOf(before, plan)) };
}

/** How often the two are measured in turn. */
const turns = 3;

/**
 * Measures promotions against the comparator, then takes one bundle to gold.
 *
 * @param say receives progress messages
 */
export async function benchPromotion(plans: readonly SeriesPlan[], say: (text: string) => void): Promise<Report> {
  say('starting PostgreSQL and Temporal');
  const machine = await startMachine();
  try {
    const series = await measureAll(machine, plans, say);
    say('taking one bundle to gold');
    const events = await goldPromotion(machine);
    return {
      benchmark: 'promotion',
      environment: machine.environment,
      series,
      goldPromotion: { approvals: 2, historyEvents: totalOf(events), events },
    };
  } finally {
    await machine.close();
  }
}

async function measureAll(
  machine: Awaited<ReturnType<typeof startMachine>>,
  plans: readonly SeriesPlan[],
  say: (text: string) => void,
): Promise<readonly SeriesSummary[]> {
  const arrivals = new Arrivals();
  const workers = await startBenchWorkers(machine, (workflowId) => arrivals.note(workflowId));
  try {
    const summaries: SeriesSummary[] = [];
    for (const plan of plans) {
      say(`${plan.concurrency} at a time: ${plan.pairs} pairs of ${plan.concurrency * plan.each} promotions`);
      const series = await measureSeries(
        machine,
        arrivals,
        [lanekeeperSide(machine.client), bareSide(machine.client)],
        plan,
      );
      summaries.push(
        summarize(series, {
          lanekeeper: await typicalEvents(series.closed.lanekeeper),
          bare: await typicalEvents(series.closed.bare),
        }),
      );
    }
    return summaries;
  } finally {
    await workers.stop();
  }
}

/**
 * The event counts of the median run: two messages that arrive together share a workflow task, so runs differ by a few
 * events.
 */
async function typicalEvents(runs: readonly WorkflowHandle[]): Promise<EventCounts> {
  const counts: EventCounts[] = [];
  for (const run of runs) counts.push(await eventCountsOf(run));
  counts.sort((a, b) => totalOf(a) - totalOf(b));
  return counts[Math.floor(counts.length / 2)] ?? {};
}
