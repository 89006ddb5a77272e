import { type EventCounts, totalOf } from './history-events.js';
import type { Environment } from './machine.js';
import { median, readable } from './numbers.js';
import type { Pair, Series } from './series.js';

/** The summary of one series. Each ratio is the median of the ratios of all pairs, product to comparator. */
export interface SeriesSummary {
  readonly concurrency: number;
  readonly promotionsInBatch: number;
  readonly pairs: readonly Pair[];
  readonly median: { readonly lanekeeper: Quantities; readonly bare: Quantities; readonly ratio: Quantities };
  /** Events of one closed run of each side, the median of several. */
  readonly events: { readonly lanekeeper: EventCounts; readonly bare: EventCounts };
}

/** All results of the benchmark. */
export interface Report {
  readonly benchmark: 'promotion';
  readonly environment: Environment;
  readonly series: readonly SeriesSummary[];
  readonly goldPromotion: { readonly approvals: 2; readonly historyEvents: number; readonly events: EventCounts };
}

const parts = ['worker', 'temporal', 'postgres'] as const;
const quantities = ['perMinute', 'p50Ms', 'cpuSeconds'] as const;
type Quantities = Readonly<Record<(typeof quantities)[number], number>>;

/** Summarises a series. */
export function summarize(series: Series, events: SeriesSummary['events']): SeriesSummary {
  const over = (value: (pair: Pair, quantity: (typeof quantities)[number]) => number): Quantities => {
    const of = (quantity: (typeof quantities)[number]) => median(series.measured.map((pair) => value(pair, quantity)));
    return { perMinute: of('perMinute'), p50Ms: of('p50Ms'), cpuSeconds: of('cpuSeconds') };
  };
  return {
    concurrency: series.concurrency,
    promotionsInBatch: series.concurrency * series.each,
    pairs: series.measured,
    median: {
      lanekeeper: over((pair, quantity) => pair.lanekeeper[quantity]),
      bare: over((pair, quantity) => pair.bare[quantity]),
      ratio: over((pair, quantity) => pair.lanekeeper[quantity] / pair.bare[quantity]),
    },
    events,
  };
}

/** The report as text for people. */
export function renderReport(report: Report): string {
  const { environment: at } = report;
  return [
    `${at.cores} cores (${at.processor}), ${at.platform}, Node ${at.node}, Temporal server ${at.temporalServer}, PostgreSQL ${at.postgres}`,
    ...report.series.flatMap(renderSeries),
    '',
    `gold promotion with two approvals, real run: ${report.goldPromotion.historyEvents} history events`,
    `  ${renderEvents(report.goldPromotion.events)}`,
  ].join('\n');
}

function renderSeries(series: SeriesSummary): readonly string[] {
  const { lanekeeper, bare, ratio } = series.median;
  const names = { perMinute: 'promotions a minute', p50Ms: 'p50, ms', cpuSeconds: 'CPU seconds a promotion' };
  const spread = (quantity: (typeof quantities)[number]) => {
    const ratios = series.pairs.map((pair) => pair.lanekeeper[quantity] / pair.bare[quantity]);
    return `${readable(Math.min(...ratios))} to ${readable(Math.max(...ratios))}`;
  };
  const cpuOf = (side: 'lanekeeper' | 'bare', part: (typeof parts)[number]) =>
    median(series.pairs.map((pair) => pair[side].cpuSecondsOf[part]));
  const same =
    JSON.stringify(withoutTasks(series.events.lanekeeper)) === JSON.stringify(withoutTasks(series.events.bare));
  return [
    '',
    `${series.concurrency} at a time, ${series.pairs.length} pairs of batches of ${series.promotionsInBatch}; medians`,
    `  ${'five trivial steps, no gates'.padEnd(30)}${'lanekeeper'.padStart(12)}${'bare'.padStart(12)}${'ratio'.padStart(10)}   of all pairs`,
    ...quantities.map(
      (quantity) =>
        `  ${names[quantity].padEnd(30)}${readable(lanekeeper[quantity]).padStart(12)}${readable(bare[quantity]).padStart(12)}${readable(ratio[quantity]).padStart(10)}   ${spread(quantity)}`,
    ),
    ...parts.map(
      (part) =>
        `  ${`  of it ${part}`.padEnd(30)}${readable(cpuOf('lanekeeper', part)).padStart(12)}${readable(cpuOf('bare', part)).padStart(12)}`,
    ),
    `  ${'history events of one run'.padEnd(30)}${String(totalOf(series.events.lanekeeper)).padStart(12)}${String(totalOf(series.events.bare)).padStart(12)}   ${same ? 'the same, but for workflow tasks' : 'THEY DIFFER'}`,
    ...(same
      ? []
      : [
          `    lanekeeper: ${renderEvents(series.events.lanekeeper)}`,
          `    bare:       ${renderEvents(series.events.bare)}`,
        ]),
  ];
}

function renderEvents(counts: EventCounts): string {
  return Object.entries(counts)
    .map(([type, count]) => `${count} ${type}`)
    .join(', ');
}

/** Two results that arrive together share a workflow task, so how many there are is a matter of timing. */
function withoutTasks(counts: EventCounts): readonly (readonly [string, number])[] {
  return Object.entries(counts)
    .filter(([type]) => !type.startsWith('workflowTask'))
    .sort(([a], [b]) => (a < b ? -1 : 1));
}
