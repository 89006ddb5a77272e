import { Client } from '@temporalio/client';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { parkDelivery, requestRetries } from '../../store/delivery/write.js';
import { connectForDeliveries, deliver } from '../../workers/deliver.js';
import { onTestFinished } from '../support/clean-up.js';
import { type DispatchFixture, grpcError, startDispatchFixture } from '../support/dispatch-fixture.js';
import { until } from '../support/until.js';

let fixture: DispatchFixture;
beforeAll(async () => {
  fixture = await startDispatchFixture();
});
afterAll(() => fixture.close());

/** A product whose lane has a workflow id that Temporal refuses as too long. */
const tooLong = 'x'.repeat(2_000);

const delivered = (workflowId: string) =>
  until(async () => (await fixture.signalsOf(workflowId)) > 0, `a signal to ${workflowId}`);

/** Appends an event whose data no code can read. */
async function appendUnreadable(tenant: string): Promise<void> {
  await fixture.admin.query(
    `insert into method_events (tenant_id, type, product, lane, data)
     values ($1, 'promotion.transitioned', 'broken', 'bronze', 'null')`,
    [tenant],
  );
}

const attemptsOf = async (tenant: string) => (await fixture.parked(tenant)).map(({ attempts }) => attempts);

describe('a delivery that can never succeed', () => {
  test('is parked once, with what it is about and why, and the rest go on', async () => {
    await appendUnreadable('default');
    await fixture.wakeLane('default', tooLong);
    const woken = await fixture.wakeLane('default', 'good');
    fixture.dispatcher();
    await delivered(woken);
    await until(async () => (await fixture.parked()).length === 2, 'two parked deliveries');
    expect(await fixture.parked()).toEqual([
      expect.objectContaining({ target: '', reason: expect.stringContaining('promotion.transitioned'), attempts: 1 }),
      expect.objectContaining({
        target: expect.stringContaining('lane/default/xxx'),
        reason: expect.stringMatching(/INVALID_ARGUMENT.*length/i),
        attempts: 1,
      }),
    ]);
  });

  test('has one row however often it is delivered, as after a crash between delivering and recording', async () => {
    await fixture.addTenant('crashed');
    await appendUnreadable('crashed');
    await fixture.wakeLane('crashed', tooLong);
    const first = fixture.dispatcher();
    await until(async () => (await fixture.parked('crashed')).length === 2, 'two parked deliveries');
    await first.stop();
    await fixture.admin.query(
      "update dispatch_cursors set transaction_id = '0', event_id = 0 where tenant_id = 'crashed'",
    );
    fixture.dispatcher();
    await until(async () => (await attemptsOf('crashed')).every((attempts) => attempts === 2), 'the second attempt');
    expect(await attemptsOf('crashed')).toEqual([2, 2]);
  });

  test('is delivered when it is tried again and succeeds, and parked again when it fails', async () => {
    await fixture.addTenant('retried');
    await fixture.wakeLane('retried', tooLong);
    const mended = await fixture.wakeLane('retried', 'mended');
    fixture.dispatcher();
    await until(async () => (await fixture.parked('retried')).length === 1, 'the parked delivery');
    await delivered(mended);
    const eventId = ((await fixture.parked('retried'))[0]?.event_id ?? 0) + 1;
    await fixture.database.transaction('retried', async (tx) => {
      await parkDelivery(tx, { eventId, target: mended, reason: 'it was refused', attempts: 1 });
      await requestRetries(tx);
    });
    await until(async () => (await fixture.signalsOf(mended)) === 2, 'the second signal');
    await until(async () => (await attemptsOf('retried')).join() === '2', 'one delivery with two attempts');
  });

  test.each([
    ['INVALID_ARGUMENT', 3],
    ['FAILED_PRECONDITION', 9],
  ])('is one that Temporal refuses with %s', async (name, code) => {
    const tenant = `refused-${String(code)}`;
    await fixture.addTenant(tenant);
    const woken = await fixture.wakeLane(tenant, 'product');
    fixture.dispatcher({
      interfere(workflowId) {
        if (workflowId === woken) throw grpcError(code, `${name}: no`);
      },
    });
    await until(async () => (await fixture.parked(tenant)).length === 1, 'the parked delivery');
    expect(await fixture.parked(tenant)).toEqual([expect.objectContaining({ target: woken, reason: `${name}: no` })]);
  });
});

describe('a delivery that fails for now', () => {
  test.each([
    ['CANCELLED', 1],
    ['UNKNOWN', 2],
    ['DEADLINE_EXCEEDED', 4],
    ['PERMISSION_DENIED', 7],
    ['RESOURCE_EXHAUSTED', 8],
    ['INTERNAL', 13],
    ['UNAVAILABLE', 14],
    ['UNAUTHENTICATED', 16],
  ])('with %s is tried again, and nothing is parked', async (name, code) => {
    const tenant = `away-${String(code)}`;
    await fixture.addTenant(tenant);
    const woken = await fixture.wakeLane(tenant, 'product');
    let attempts = 0;
    fixture.dispatcher({
      interfere(workflowId) {
        if (workflowId !== woken) return;
        attempts += 1;
        if (attempts <= 2) throw grpcError(code, name);
      },
    });
    await delivered(woken);
    expect([attempts, await fixture.parked(tenant)]).toEqual([3, []]);
  });

  test('because Temporal is away is delivered when it is back', async () => {
    await fixture.addTenant('outage');
    const trouble: string[] = [];
    fixture.dispatcher({ onError: (message) => trouble.push(message) });
    await fixture.temporal.stopServer();
    const woken = await fixture.wakeLane('outage', 'product');
    await until(() => trouble.length > 0, 'the outage to be noticed');
    await fixture.temporal.startServer();
    await delivered(woken);
    expect(await fixture.parked('outage')).toEqual([]);
  });

  test('because PostgreSQL is away is delivered when it is back', async () => {
    await fixture.addTenant('database-outage');
    const trouble: string[] = [];
    let hold = true;
    fixture.dispatcher({
      onError: (message) => trouble.push(message),
      interfere: async (workflowId) => {
        if (workflowId.includes('database-outage')) await until(() => !hold, 'PostgreSQL to be away');
      },
    });
    const woken = await fixture.wakeLane('database-outage', 'product');
    await fixture.cluster.stopServer();
    hold = false;
    await until(() => trouble.length > 0, 'the outage to be noticed');
    await fixture.cluster.startServer();
    await delivered(woken);
    await delivered(await fixture.wakeLane('database-outage', 'afterwards'));
  });
});

describe('a run that needs no hint', () => {
  test('because it has closed, or never was, is left alone: the delivery is dropped', async () => {
    const connection = await connectForDeliveries({ address: fixture.temporal.address });
    onTestFinished(() => connection.close());
    const firstRunId = '01a20e27-79cf-7b25-8e76-7e9c2c824575';
    const wakeup = { to: 'promotion', workflowId: 'promotion/none', firstRunId } as const;
    expect(await deliver(new Client({ connection }), wakeup, new AbortController().signal)).toEqual({
      outcome: 'delivered',
    });
  });
});
