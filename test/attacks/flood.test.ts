import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { workflowIds } from '../../core/ids.js';
import { taskQueues } from '../../temporal-config/task-queues.js';
import { changedSignal, promotionWorkflowType, statusQuery } from '../../workflows/promotion/contract.js';
import { laneChangedSignal, laneHolderQuery, type LaneInput, laneWorkflowType } from '../../workflows/lane/contract.js';
import {
  approveByTwo,
  decide,
  failedTasksOf,
  inPhase,
  isIn,
  rowsOf,
  signedFor,
  startReconcilingEngine,
  statusOf,
  type Target,
  waitingForApproval,
} from '../support/attack-scene.js';
import type { Engine } from '../support/engine.js';
import { replayRunsOf } from '../support/replay.js';
import { attachPreviewCheck, sealText } from '../support/sealed-bundle.js';
import { isSoak } from '../support/soak.js';
import { eventually, until } from '../support/until.js';
import { promotionEvents } from '../support/event-tables.js';

/** How many refused statements of one signer, or of nobody, are kept about one promotion. */
const refusedAtMost = 50;
/** How many events a promotion has from its approvals on. */
const ownEvents = 15;

/** How many signals a promotion is sent: more than one run takes as statements before it continues as a new one. */
const signals = isSoak ? 2_000 : 300;

let engine: Engine;
beforeAll(async () => {
  // The limit of the server, lowered from 10,000 so that a test reaches it.
  engine = await startReconcilingEngine({
    dynamicConfig: { 'history.maximumSignalsPerExecution': String(signals + 500) },
  });
});
afterAll(() => engine.close());

/** Sends a signal many times to the newest run of a workflow id. @returns how many the server took */
async function flood(
  { workflowId }: { readonly workflowId: string },
  times: number,
  name: string,
  argument: (index: number) => unknown,
): Promise<number> {
  const handle = engine.client.workflow.getHandle(workflowId);
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
            (select count(*) from ${promotionEvents} e where promotion_id = $1)::int as events`,
    target.id,
  );
  return row!;
}

/** Sends an approval until it is answered: a run that is being replaced answers nobody. */
async function approve(target: Target, person: string): Promise<void> {
  const approval = await signedFor(engine, target, person);
  const isAnswered = () =>
    decide(engine, target, approval).then(
      ({ accepted }) => accepted,
      () => false,
    );
  await until(isAnswered, `the approval of ${person} to count`, 180_000);
}

/** Everything that has happened is delivered to those whom it concerns. */
async function expectEverythingDelivered(): Promise<void> {
  const behind = 'select 1 from dispatch_cursors where event_id < (select max(id) from method_events)';
  await until(async () => (await rowsOf(engine, behind)).length === 0, 'the dispatcher to have read every event');
}

describe('a flood of signals', () => {
  const bundleOf = (index: number) => ({
    mediaType: 'application/vnd.dev.sigstore.bundle.v0.3+json',
    verificationMaterial: { publicKey: { hint: '' } },
    dsseEnvelope: {
      payload: Buffer.from(`{"number":${String(index)}}`).toString('base64'),
      payloadType: 'application/vnd.in-toto+json',
      signatures: [{ sig: 'AAAA', keyid: '' }],
    },
  });

  test.each<[string, string, (index: number) => unknown]>([
    ['of garbage', 'decision', (index) => ({ garbage: index })],
    ['of statements that nobody signed', 'decision', bundleOf],
    ['of hints', 'changed', () => undefined],
  ])(
    '%s leaves at most fifty refused decisions, hides no approval, and can be replayed',
    async (what, name, of) => {
      const target = await waitingForApproval(engine, `flooded ${what}`);
      const before = await rowsAbout(target);
      expect(await flood(target.handle, signals, name, of)).toBe(signals);
      for (const person of ['alice', 'bob']) await approve(target, person);
      await isIn(engine, target.id, 'LIVE');
      const after = await rowsAbout(target);
      expect(after.decisions - before.decisions).toBeLessThanOrEqual(refusedAtMost + 2);
      expect(after.events - before.events).toBeLessThanOrEqual(refusedAtMost + ownEvents);
      expect(await replayRunsOf(engine, target.handle.workflowId)).toBeGreaterThanOrEqual(1);
    },
    480_000,
  );
});

describe('a flood of hints to a promotion that begins', () => {
  test('leaves a run that goes on, and that can be replayed', async () => {
    const bundle = await sealText(engine, 'flooded at its beginning');
    const workflowId = workflowIds.promotion('default', 'shop', 'bronze', bundle);
    const input = { tenant: 'default', product: 'shop', lane: 'bronze', bundle } as const;
    const started = await Promise.all(
      Array.from({ length: signals / 2 }, () =>
        engine.client.workflow.signalWithStart(promotionWorkflowType, {
          ...{ workflowId, taskQueue: taskQueues.control, args: [input], signal: changedSignal, signalArgs: [] },
        }),
      ),
    );
    expect(await flood({ workflowId }, signals / 2, 'changed', () => undefined)).toBe(signals / 2);
    expect(new Set(started.map(({ signaledRunId }) => signaledRunId)).size).toBe(1);
    const handle = engine.client.workflow.getHandle(workflowId);
    await eventually(async () => expect((await handle.query(statusQuery)).state).toBe('LIVE'));
    expect(await replayRunsOf(engine, workflowId)).toBeGreaterThanOrEqual(1);
  }, 240_000);
});

describe('a flood of hints to a lane', () => {
  test('leaves a run that answers, and that can be replayed', async () => {
    const where = { tenant: 'default', product: 'shop', lane: 'silver' } as const;
    const id = workflowIds.lane(where.tenant, where.product, where.lane);
    const begin = { workflowId: id, taskQueue: taskQueues.control, args: [where] as [LaneInput] };
    const lane = await engine.client.workflow.signalWithStart(laneWorkflowType, {
      ...begin,
      signal: laneChangedSignal,
    });
    expect(await flood(lane, signals, 'changed', () => undefined)).toBe(signals);
    expect(await lane.query(laneHolderQuery)).toBeNull();
    expect(await failedTasksOf(engine, id)).toEqual([]);
    expect(await replayRunsOf(engine, id)).toBeGreaterThanOrEqual(1);
  });
});

describe('a flood of attachments', () => {
  test('evaluates gates no more often than something was attached, and delays nobody else', async () => {
    const target = await waitingForApproval(engine, 'much is attached');
    const roundsOf = async () =>
      (await rowsOf<{ gate_round: number }>(engine, 'select gate_round from promotions where id = $1', target.id))[0]!
        .gate_round;
    const before = await roundsOf();
    for (let batch = 0; batch < 20; batch += 1)
      await Promise.all(Array.from({ length: 10 }, () => attachPreviewCheck(engine, target.bundle)));
    await inPhase(engine, 'bronze', await sealText(engine, 'meanwhile'), 'LIVE');
    await expectEverythingDelivered();
    for (const person of ['alice', 'bob']) await approve(target, person);
    await isIn(engine, target.id, 'LIVE');
    // One for each approval, and one for the hold of the lane.
    expect((await roundsOf()) - before).toBeLessThanOrEqual(200 + 3);
  });
});

describe('a run that the server lets nobody signal any more', () => {
  let full: Target;
  beforeAll(async () => {
    full = await waitingForApproval(engine, 'full');
    expect(await flood(full.handle, 2 * signals + 500, 'nonsense', () => null)).toBeLessThan(2 * signals + 500);
    // From now on there is an event that the dispatcher would like to tell it.
    await attachPreviewCheck(engine, full.bundle);
  });

  test('keeps the dispatcher from no other promotion', async () => {
    await inPhase(engine, 'bronze', await sealText(engine, 'concerned by nothing'), 'LIVE');
    // This one is woken by the dispatcher alone.
    const waiting = await sealText(engine, 'is told');
    await inPhase(engine, 'bronze', waiting, 'LIVE');
    const told = await inPhase(engine, 'silver', waiting, 'GATING');
    await attachPreviewCheck(engine, waiting);
    await isIn(engine, told.id, 'LIVE');
    await expectEverythingDelivered();
  });

  test('still takes updates, so that two people bring it live', async () => {
    await approveByTwo(engine, full);
  });
});

describe('a run whose history is filled with 60 MB', () => {
  test('is ended by the server, and its promotion goes on in a new run with what people had decided', async () => {
    const target = await waitingForApproval(engine, 'large');
    await approve(target, 'alice');
    const first = (await target.handle.describe()).runId;
    const handle = engine.client.workflow.getHandle(target.handle.workflowId, first);
    for (let megabytes = 0; megabytes < 60; megabytes += 1)
      await handle.signal('decision', { text: 'x'.repeat(1_000_000), megabytes }).catch(() => undefined);
    await until(async () => (await handle.describe()).status.name !== 'RUNNING', 'the server to end the run', 60_000);
    await approve(target, 'bob');
    await isIn(engine, target.id, 'LIVE');
    await eventually(async () => expect(await statusOf(engine, target)).toMatchObject({ state: 'LIVE' }));
  });
});
