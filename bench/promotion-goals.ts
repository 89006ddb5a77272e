import { commitBefore, type SeriesBefore } from './before.js';
import { type Goal, goalOf } from './goal.js';
import type { Report, SeriesSummary } from './report.js';

/** How many history events a promotion to gold with two approvals may have. */
const maxGoldEvents = 48;

/** What is asked of each series: rates against the bare workflow and against the code before, and what it costs then. */
const asked = new Map([
  [1, { ofBare: 0.75, ofBefore: 2.6 }],
  [20, { ofBare: 0.65, ofBefore: 2.5 }],
]);
const maxOfBefore = 0.4;

/** The goals of the engine. Those against the code before are left out where that was not measured. */
export function promotionGoals(report: Report, before: readonly SeriesBefore[]): readonly Goal[] {
  const { historyEvents } = report.goldPromotion;
  return [
    ...report.series.flatMap((series) => seriesGoals(series, before)),
    goalOf({
      name: 'a promotion to gold with two approvals',
      unit: 'history events',
      figure: historyEvents,
      comparator: { name: 'the limit', figure: maxGoldEvents },
      goal: { atMost: 1 },
    }),
  ];
}

function seriesGoals(series: SeriesSummary, before: readonly SeriesBefore[]): readonly Goal[] {
  const goals = asked.get(series.concurrency);
  if (goals === undefined) return [];
  const { lanekeeper, bare } = series.median;
  const name = (what: string) => `${what}, ${String(series.concurrency)} at a time`;
  const earlier = before.find(({ concurrency }) => concurrency === series.concurrency);
  const rate = { name: name('the rate'), unit: 'promotions a minute', figure: lanekeeper.perMinute };
  const comparedToBare = goalOf({
    ...rate,
    comparator: { name: 'a bare workflow with the same events', figure: bare.perMinute },
    goal: { atLeast: goals.ofBare },
  });
  if (earlier === undefined) return [comparedToBare];
  const at = (figure: number) => ({ name: `commit ${commitBefore}`, figure });
  const cpu = { name: name('processor time'), unit: 's a promotion', figure: lanekeeper.cpuSeconds };
  return [
    comparedToBare,
    goalOf({ ...rate, comparator: at(earlier.perMinute), goal: { atLeast: goals.ofBefore } }),
    goalOf({
      ...{ name: name('p50'), unit: 'ms', figure: lanekeeper.p50Ms },
      ...{ comparator: at(earlier.p50Ms), goal: { atMost: maxOfBefore } },
    }),
    goalOf({ ...cpu, comparator: at(earlier.cpuSeconds), goal: { atMost: maxOfBefore } }),
  ];
}
