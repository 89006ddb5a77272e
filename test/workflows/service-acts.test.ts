import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { giveUpAfterMs } from '../../core/promotion/reducer.js';
import { isIn, recordOf, rowsOf, stateOf } from '../support/attack-scene.js';
import { type Engine, startEngine } from '../support/engine.js';
import { attemptEnded, type Placed, placedIn } from '../support/phases.js';
import { attestedOf, moveAt, serviceActOfTarget, whenAttested } from '../support/service-acts.js';
import { until } from '../support/until.js';
import { promotionEvents } from '../support/event-tables.js';

let engine: Engine;
beforeAll(async () => {
  // It compares runs with records only when a test says so.
  engine = await startEngine({ reconcileEveryMs: 3_600_000 });
});
afterAll(() => engine.close());

/** The statement says what the event and the promotion say. */
async function expectAct(placed: Placed, act: 'revert' | 'abort', cause: string): Promise<void> {
  const [event] = await rowsOf<{ id: number; type: string; occurred_at: Date; cause: string; policy_digest: string }>(
    engine,
    `select e.id, e.type, e.occurred_at, e.data->>'cause' as cause, p.policy_digest
       from ${promotionEvents} e join promotions p on p.id = e.promotion_id
      where p.id = $1 and e.data ? 'cause' order by e.id limit 1`,
    placed.id,
  );
  expect(event?.cause).toBe(cause);
  expect(await serviceActOfTarget(engine, placed)).toEqual({
    act,
    bundle: placed.bundle,
    tenant: 'default',
    product: placed.product,
    lane: placed.lane,
    promotion: { id: placed.id, workflowId: placed.handle.workflowId },
    policySnapshot: event?.policy_digest,
    event: { id: event?.id, type: event?.type },
    occurredAt: event?.occurred_at.toISOString(),
  });
}

async function hasNoRun(placed: Placed): Promise<void> {
  const run = engine.client.workflow.getHandle(placed.handle.workflowId);
  await until(async () => (await run.describe()).status.name !== 'RUNNING', 'the run to have ended');
}

describe('a promotion whose run is ended in Temporal', () => {
  test('before the switch is over, and its end is attested by the service', async () => {
    const placed = await placedIn['GUARDING']!(engine, 'ended-guarding');
    await placed.handle.terminate('by a test');
    await engine.reconcile();
    expect(await stateOf(engine, placed.id)).toBe('ABORTED');
    await expectAct(placed, 'abort', 'run-ended');
    // The lane decided nothing about the bundle, so there is no verification summary.
    expect((await attestedOf(engine, placed)).map(({ kind }) => kind).sort()).toEqual(['promotion', 'service-act']);
    await hasNoRun(placed);
    await engine.reconcile();
    expect(await attestedOf(engine, placed)).toHaveLength(2);
    await placed.release();
  });

  test('after the switch goes back, and the way back is attested by the service', async () => {
    const placed = await placedIn['DEPLOYING']!(engine, 'ended-deploying');
    await placed.handle.terminate('by a test');
    await engine.reconcile();
    await isIn(engine, placed.id, 'ABORTED');
    await expectAct(placed, 'revert', 'run-ended');
  });

  test('is attested although the worker stopped between the end and the start of its last run', async () => {
    const placed = await placedIn['GUARDING']!(engine, 'ended-and-stopped');
    await placed.handle.terminate('by a test');
    const [row] = await rowsOf<{ run: string }>(
      engine,
      'select first_run_id as run from promotions where id = $1',
      placed.id,
    );
    const answer = await moveAt(engine, placed, { type: 'run-ended', firstRunId: row!.run });
    expect(answer).toMatchObject({ phase: 'ABORTED', owed: ['attest'] });
    await engine.reconcile();
    await expectAct(placed, 'abort', 'run-ended');
    await placed.release();
  });

  test('is attested by the run that takes its workflow id at once for a new promotion', async () => {
    const placed = await placedIn['GUARDING']!(engine, 'ended-and-again');
    await attemptEnded(placed);
    await placed.handle.terminate('by a test');
    await placed.release();
    const again = await engine.promote({ product: placed.product, lane: placed.lane, bundle: placed.bundle });
    const id = await recordOf(engine, again.workflowId, placed.id);
    await isIn(engine, id, 'LIVE');
    expect(await stateOf(engine, placed.id)).toBe('ABORTED');
    await expectAct(placed, 'abort', 'run-ended');
  });

  test('can be promoted again while the run that attests its end is open: that one is awaited, not joined', async () => {
    const placed = await placedIn['GUARDING']!(engine, 'ended-and-joined');
    await attemptEnded(placed);
    await placed.handle.terminate('by a test');
    await placed.release();
    await engine.reconcile();
    const again = await engine.promote({ product: placed.product, lane: placed.lane, bundle: placed.bundle });
    expect(await engine.recordOf(again)).not.toBe(placed.id);
    await isIn(engine, await engine.recordOf(again), 'LIVE');
    await expectAct(placed, 'abort', 'run-ended');
  });
});

describe('technical trouble after the switch that nobody resolves', () => {
  test('is given up, and the way back is attested by the service beside the failure', async () => {
    const placed = await placedIn['DEPLOYING']!(engine, 'given-up');
    const error = { code: 'UNAVAILABLE', message: 'the router does not answer' };
    await moveAt(engine, placed, { type: 'step-ended', step: 'deploy', attempt: 1, error });
    expect(await stateOf(engine, placed.id)).toBe('ERRORED');
    await moveAt(engine, placed, { type: 'time' }, new Date(Date.now() + giveUpAfterMs + 60_000));
    await placed.handle.signal('changed');
    await isIn(engine, placed.id, 'FAILED');
    await expectAct(placed, 'revert', 'gave-up');
    const kinds = [...(await whenAttested(engine, placed)).keys()].sort();
    expect(kinds).toEqual(['promotion', 'service-act', 'verification-summary']);
  });
});

describe('a promotion that a person ends, or that a step found wanting', () => {
  test('has no service statement', async () => {
    const failed = await placedIn['DEPLOYING']!(engine, 'unhealthy');
    await isIn(engine, failed.id, 'FAILED');
    expect([...(await whenAttested(engine, failed)).keys()].sort()).toEqual(['promotion', 'verification-summary']);
    const aborted = await placedIn['GATING']!(engine, 'aborted');
    const { lane, bundle, id, product, handle } = aborted;
    const abort = await engine.sign('dev', { verb: 'abort', lane, bundle, promotionId: id }, { product });
    await handle.executeUpdate('abort', { args: [{ statement: abort }] });
    await handle.result();
    await engine.reconcile();
    expect(await stateOf(engine, id)).toBe('ABORTED');
    expect(await attestedOf(engine, aborted)).toEqual([]);
  });
});
