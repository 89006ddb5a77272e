import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { RunStepKind, RunStepState } from '#gen/workflows_runtime/v1/run_service_pb.js';
import { decide, type Target, waitingForApproval } from '../support/attack-scene.js';
import { type Engine, startEngine } from '../support/engine.js';
import { closedRunsOf, keeperOn } from '../support/histories.js';
import { type ApiOnEngine, startApiOn } from '../support/lane-runner.js';
import { until } from '../support/until.js';

let engine: Engine;
let api: ApiOnEngine;
let target: Target;
beforeAll(async () => {
  engine = await startEngine();
  api = await startApiOn(engine);
  target = await waitingForApproval(engine, 'a story');
});
afterAll(async () => {
  await api.close();
  await engine.close();
  expect(api.reports).toEqual([]);
});

async function storyOf(id: string) {
  const { runs } = api.clients('alice');
  const { histories } = await runs.listRunHistories({ of: { case: 'promotionId', value: id } });
  return runs.getRunStory({ runId: histories[0]!.runId });
}

describe('the story of a run', () => {
  test('is told by Temporal while it is there: what was done, and what it waits for', async () => {
    const { steps, source } = await storyOf(target.id);
    expect(source).toBe('temporal');
    expect(steps.map(({ summary }) => summary)).toContain('open the record, first round of gates');
    const timer = steps.find(({ kind }) => kind === RunStepKind.TIMER);
    expect(timer).toMatchObject({ state: RunStepState.RUNNING });
    expect(timer?.dueAt).toBeDefined();
  });

  test('shows messages by name, and not what they carried', async () => {
    await engine.client.workflow.getHandle(target.handle.workflowId).signal('decision', 'a secret that was sent');
    await until(async () => (await storyOf(target.id)).steps.some(({ name }) => name === 'decision'), 'the signal');
    const story = await storyOf(target.id);
    expect(story.steps.find(({ name }) => name === 'decision')?.kind).toBe(RunStepKind.SIGNAL);
    expect(
      JSON.stringify(story.steps, (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value)),
    ).not.toContain('a secret');
  });

  test('is the same from the history that was kept as from Temporal', async () => {
    const waiting = await waitingForApproval(engine, 'a story that ends');
    const about = { verb: 'reject', lane: 'gold', bundle: waiting.bundle, promotionId: waiting.id } as const;
    await decide(engine, waiting, await engine.sign('alice', about));
    await waiting.handle.result().catch(() => undefined);
    await until(
      async () => (await closedRunsOf(engine.client, waiting.handle.workflowId)).length > 0,
      'the run to be shown as closed',
    );
    const told = await storyOf(waiting.id);
    expect(told.source).toBe('temporal');
    const keeper = await keeperOn(engine);
    await keeper.look();
    await keeper.stop();
    const kept = await storyOf(waiting.id);
    expect(kept.source).toBe('kept');
    expect(kept.steps).toEqual(told.steps);
    expect(kept.steps.length).toBeGreaterThan(3);
  });

  test('that was flooded with large signals is told all the same, and read once however many ask', async () => {
    const flooded = await waitingForApproval(engine, 'a story that is flooded');
    const handle = engine.client.workflow.getHandle(flooded.handle.workflowId);
    for (let sent = 0; sent < 14; sent += 1) await handle.signal('decision', 'x'.repeat(1_900_000));
    const stories = await Promise.all(Array.from({ length: 6 }, () => storyOf(flooded.id)));
    for (const { steps, isCut, source } of stories) {
      expect(source).toBe('temporal');
      expect(isCut).toBe(false);
      expect(steps.length).toBeGreaterThan(3);
    }
    await handle.terminate('by a test');
  });

  test('is shown by lane history show', async () => {
    const { histories } = await api
      .clients('alice')
      .runs.listRunHistories({ of: { case: 'promotionId', value: target.id } });
    const { stdout, code } = await api.lane('alice', 'history', 'show', histories[0]!.runId);
    expect(code).toBe(0);
    expect(stdout).toContain('open the record, first round of gates');
  });
});
