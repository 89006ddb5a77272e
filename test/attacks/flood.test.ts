import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import {
  approveByTwo,
  decide,
  inPhase,
  rowsOf,
  signedFor,
  startReconcilingEngine,
  stateOf,
  statusOf,
  type Target,
  waitingForApproval,
} from '../support/attack-scene.js';
import type { Engine } from '../support/engine.js';
import { attachPreviewCheck, sealText } from '../support/sealed-bundle.js';
import { until } from '../support/until.js';

/** How many rows a flood may leave about one promotion, in each table. */
const rowsAtMost = 300;

let engine: Engine;
beforeAll(async () => {
  // The limit of the server, lowered from 10,000 so that a test reaches it.
  engine = await startReconcilingEngine({ dynamicConfig: { 'history.maximumSignalsPerExecution': '2500' } });
});
afterAll(() => engine.close());

/** Sends a signal many times to the newest run of a promotion. @returns how many the server took */
async function flood(
  target: Target,
  times: number,
  name: string,
  argument: (index: number) => unknown,
): Promise<number> {
  const handle = engine.client.workflow.getHandle(target.handle.workflowId);
  let sent = 0;
  for (let index = 0; index < times; index += 50) {
    const batch = Array.from({ length: 50 }, (_, offset) => handle.signal(name, argument(index + offset)));
    const taken = (await Promise.allSettled(batch)).filter(({ status }) => status === 'fulfilled').length;
    sent += taken;
    if (taken < batch.length) return sent;
  }
  return sent;
}

async function rowsAbout(target: Target): Promise<{ readonly decisions: number; readonly events: number }> {
  const [row] = await rowsOf<{ decisions: number; events: number }>(
    engine,
    `select (select count(*) from decisions where promotion_id = $1)::int as decisions,
            (select count(*) from method_events where promotion_id = $1)::int as events`,
    target.id,
  );
  return row!;
}

describe('a flood of 2,000 signals', () => {
  const bundleOf = (index: number) => ({
    mediaType: 'application/vnd.dev.sigstore.bundle.v0.3+json',
    verificationMaterial: { publicKey: { hint: '' } },
    dsseEnvelope: {
      payload: Buffer.from(`{"number":${String(index)}}`).toString('base64'),
      payloadType: 'application/vnd.in-toto+json',
      signatures: [{ sig: 'AAAA', keyid: '' }],
    },
  });
  test.each<[string, (index: number) => unknown]>([
    ['of garbage', (index) => ({ garbage: index })],
    ['of statements that nobody signed', bundleOf],
  ])('%s leaves a bounded number of rows, and the promotion goes on', async (what, argument) => {
    const target = await waitingForApproval(engine, `flooded ${what}`);
    const before = await rowsAbout(target);
    await flood(target, 2_000, 'decision', argument);
    // A statement that counts is answered, however many others wait.
    const approval = await signedFor(engine, target, 'alice');
    await until(
      () => decide(engine, target, approval).then(({ accepted }) => accepted),
      'an approval to count',
      60_000,
    );
    const after = await rowsAbout(target);
    expect(after.decisions - before.decisions).toBeLessThanOrEqual(rowsAtMost);
    expect(after.events - before.events).toBeLessThanOrEqual(rowsAtMost);
    await decide(engine, target, await signedFor(engine, target, 'bob'));
    await until(async () => (await stateOf(engine, target.id)) === 'LIVE', 'it to be live');
  });
});

describe('a run that the server lets nobody signal any more', () => {
  let full: Target;
  beforeAll(async () => {
    full = await waitingForApproval(engine, 'full');
    await flood(full, 5_000, 'nonsense', () => null);
    // From now on there is an event that the dispatcher would like to tell it.
    await attachPreviewCheck(engine, full.bundle);
  });

  test('keeps the dispatcher from no other promotion', async () => {
    await inPhase(engine, 'bronze', await sealText(engine, 'concerned by nothing'), 'LIVE');
    const behind = 'select 1 from dispatch_cursors where event_id < (select max(id) from method_events)';
    await until(async () => (await rowsOf(engine, behind)).length === 0, 'the dispatcher to have read every event');
  });

  test('still takes updates, so that two people bring it live', async () => {
    await approveByTwo(engine, full);
  });
});

describe('a run whose history is filled with 60 MB', () => {
  test('is ended by the server, and its promotion goes on in a new run with what people had decided', async () => {
    const target = await waitingForApproval(engine, 'large');
    await decide(engine, target, await signedFor(engine, target, 'alice'));
    const first = (await target.handle.describe()).runId;
    const handle = engine.client.workflow.getHandle(target.handle.workflowId, first);
    for (let megabytes = 0; megabytes < 60; megabytes += 1)
      await handle.signal('decision', { text: 'x'.repeat(1_000_000), megabytes }).catch(() => undefined);
    const approval = await signedFor(engine, target, 'bob');
    await until(
      () =>
        decide(engine, target, approval).then(
          () => true,
          () => false,
        ),
      'an answer',
      60_000,
    );
    await until(async () => (await stateOf(engine, target.id)) === 'LIVE', 'it to be live');
    expect(await statusOf(engine, target)).toMatchObject({ state: 'LIVE' });
  });
});
