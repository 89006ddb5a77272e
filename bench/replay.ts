import { performance } from 'node:perf_hooks';
import { nodeHashing } from '../adapters/hash/node-hashing.js';
import { type OpenedDecision, openPage } from '../core/policy/decision-page.js';
import { evaluateGates } from '../core/policy/evaluate.js';
import { addTotals, Judge, noTotals, type ReplayTotals } from '../core/policy/judge-page.js';
import { type DecisionCursor, readDecisions } from '../store/policy/decisions.js';
import type { LaneScene } from '../test/support/lane-scene.js';
import { type Goal, goalOf } from './goal.js';
import { median } from './numbers.js';
import { defaultRules, startReplayFixture } from './replay-fixture.js';

const decisions = 10_000;
const repetitions = 3;

/** As many as the API reads at a time. */
const pageSize = 100;

/**
 * Measures replaying stored decisions, as they were and under a policy, against evaluating the same ones in memory, where
 * nothing is read, proved or compared.
 */
export async function benchReplay(say: (text: string) => void): Promise<readonly Goal[]> {
  say(`recording ${String(decisions)} decisions`);
  const scene = await startReplayFixture(decisions);
  try {
    const inMemory = await openAll(scene);
    const rules = await defaultRules();
    const [bare, asTheyWere, proposed]: readonly number[][] = [[], [], []];
    for (let count = 0; count < repetitions; count += 1) {
      bare?.push(await timed(() => evaluateAll(inMemory)));
      asTheyWere?.push(await timed(async () => requireAll(await replayAll(scene, new Judge()))));
      proposed?.push(await timed(async () => requireAll(await replayAll(scene, new Judge(() => rules)))));
    }
    return goalsOf(median(bare ?? []), median(asTheyWere ?? []), median(proposed ?? []));
  } finally {
    await scene.close();
  }
}

async function timed(work: () => Promise<void> | void): Promise<number> {
  const begun = performance.now();
  await work();
  return performance.now() - begun;
}

async function* pagesOf(scene: LaneScene) {
  let after: DecisionCursor | undefined;
  do {
    const from = after;
    const { page, next } = await scene.in((tx) => readDecisions(tx, {}, { after: from, size: pageSize }, nodeHashing));
    yield page;
    after = next;
  } while (after !== undefined);
}

async function openAll(scene: LaneScene): Promise<readonly OpenedDecision[]> {
  const all: OpenedDecision[] = [];
  for await (const page of pagesOf(scene)) all.push(...openPage(page));
  return all;
}

function evaluateAll(all: readonly OpenedDecision[]): void {
  for (const { snapshot, facts, evaluatedAt } of all) evaluateGates(snapshot, facts, new Date(evaluatedAt));
}

async function replayAll(scene: LaneScene, judge: Judge): Promise<ReplayTotals> {
  let totals = noTotals;
  for await (const page of pagesOf(scene)) totals = addTotals(totals, page, [...judge.judge(page)]);
  return totals;
}

/** A figure about decisions that were not replayed, or not as they were recorded, would say nothing. */
function requireAll(totals: ReplayTotals): void {
  if (totals.decisions < decisions || totals.differing > 0)
    throw new Error(`decisions were not replayed as they were: ${JSON.stringify(totals)}`);
}

function goalsOf(bareMs: number, asTheyWereMs: number, proposedMs: number): readonly Goal[] {
  const perMinute = (ms: number): number => (decisions / ms) * 60_000;
  const compared = (name: string, ms: number): Goal =>
    goalOf({
      ...{ name, unit: 'ms', figure: ms },
      comparator: { name: 'evaluating the same in memory', figure: bareMs },
      goal: { atMost: 10 },
    });
  return [
    compared('replaying 10,000 decisions as they were', asTheyWereMs),
    compared('replaying them under a policy', proposedMs),
    goalOf({
      ...{ name: 'the slower of both', unit: 'decisions a minute' },
      figure: Math.min(perMinute(asTheyWereMs), perMinute(proposedMs)),
      comparator: { name: 'the limit', figure: 10_000 },
      goal: { atLeast: 1 },
    }),
  ];
}
