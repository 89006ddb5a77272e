import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Digest } from '../../core/digest.js';
import { decideUpdate, decisionSignal, gatesQuery, timelineQuery } from '../../workflows/promotion/contract.js';
import { type Engine, type PromotionHandle, startEngine } from '../support/engine.js';
import { attachPreviewCheck, sealText } from '../support/sealed-bundle.js';

let engine: Engine;
beforeAll(async () => {
  engine = await startEngine();
});
afterAll(() => engine.close());

/** A bundle that is live in silver. */
async function bundleInSilver(text: string): Promise<Digest> {
  const bundle = await sealText(engine, text);
  await engine.bringTo(bundle, 'bronze');
  await attachPreviewCheck(engine, bundle);
  await engine.bringTo(bundle, 'silver');
  return bundle;
}

/** The number of events of a run, without workflow tasks: a slow machine needs more of those for the same work. */
async function eventsBesidesTasks(handle: PromotionHandle): Promise<number> {
  const { events } = await handle.fetchHistory();
  const isTask = (name: string, value: unknown) => name.startsWith('workflowTask') && value !== null;
  return (events ?? []).filter((event) => !Object.entries(event).some(([name, value]) => isTask(name, value))).length;
}

describe('a promotion', () => {
  test('goes live in bronze when the evidence of the release exists', async () => {
    const bundle = await sealText(engine, 'bronze one');
    await engine.bringTo(bundle, 'bronze');
    expect(await engine.answerOf('bronze')).toBe('bronze one');
  });

  test('waits in silver for the preview check and continues on its own when it is attached', async () => {
    const bundle = await sealText(engine, 'silver one');
    await engine.bringTo(bundle, 'bronze');
    const handle = await engine.promote({ lane: 'silver', bundle });
    const reason = await engine.reached(handle, 'GATING');
    expect(reason).toContain('preview-check');
    await attachPreviewCheck(engine, bundle);
    await engine.reached(handle, 'LIVE');
    expect(await engine.answerOf('silver')).toBe('silver one');
  });

  test('waits in gold for two people with two roles and accepts one decision as an update and one as a signal', async () => {
    const bundle = await bundleInSilver('gold one');
    const request = await engine.sign('dev', { verb: 'request', lane: 'gold', bundle });
    const handle = await engine.promote({ lane: 'gold', bundle, request });
    const reason = await engine.reached(handle, 'AWAITING_APPROVAL');
    expect(reason).toContain('2 of 2 approvals of different roles missing');
    const about = { verb: 'approve', lane: 'gold', bundle, promotionId: handle.firstExecutionRunId } as const;
    const self = await handle.executeUpdate(decideUpdate, { args: [{ statement: await engine.sign('dev', about) }] });
    expect(self).toMatchObject({ accepted: false, text: expect.stringContaining('SELF_APPROVAL') });
    const first = await handle.executeUpdate(decideUpdate, {
      args: [{ statement: await engine.sign('alice', about) }],
    });
    expect(first).toMatchObject({ accepted: true, state: 'AWAITING_APPROVAL' });
    await handle.signal(decisionSignal, await engine.sign('bob', about, {}, 'carol'));
    await handle.signal(decisionSignal, await engine.sign('bob', about));
    await engine.reached(handle, 'LIVE');
    expect(await engine.answerOf('gold')).toBe('gold one');
    const timeline = (await handle.query(timelineQuery)).map((entry) => entry.text);
    expect(timeline.join('\n')).toContain('SIGNATURE_INVALID');
    expect((await handle.query(gatesQuery)).every((gate) => gate.verdict === 'PASS')).toBe(true);
    expect(await eventsBesidesTasks(handle)).toBeLessThanOrEqual(50);
  });
});
