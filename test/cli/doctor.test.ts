import { hostname } from 'node:os';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { digestOf } from '../../core/hash.js';
import { workflowIds } from '../../core/ids.js';
import { listParkedDeliveries } from '../../store/delivery/list.js';
import { parkDelivery } from '../../store/delivery/write.js';
import { appendEvent } from '../../store/event/write.js';
import { taskQueues } from '../../temporal-config/task-queues.js';
import { onTestFinished } from '../support/clean-up.js';
import { type Engine, startEngine } from '../support/engine.js';
import { type ApiOnEngine, startApiOn } from '../support/lane-runner.js';
import { eventually, until } from '../support/until.js';

let engine: Engine;
let api: ApiOnEngine;
beforeAll(async () => {
  engine = await startEngine();
  api = await startApiOn(engine);
});
afterAll(async () => {
  await api.close();
  await engine.close();
  expect(api.reports).toEqual([]);
});

const parked = () => engine.database.transaction('default', (tx) => listParkedDeliveries(tx, 10));

/** Polls the build queue under this identity until the end of the test. */
function pollBuildsAs(identity: string): void {
  const { client } = engine;
  const queue = { namespace: 'default', taskQueue: { name: taskQueues.build } };
  const abort = new AbortController();
  const polling = client
    .withAbortSignal(abort.signal, () =>
      client.withDeadline(Date.now() + 60_000, () =>
        client.workflowService.pollActivityTaskQueue({ ...queue, identity }),
      ),
    )
    .catch(() => undefined);
  onTestFinished(() => {
    abort.abort();
    return polling;
  });
}

/** Appends an event that wakes the lane bronze of a product. */
const wakeLane = (product: string) =>
  engine.database.transaction('default', (tx) =>
    appendEvent(tx, {
      type: 'lane.queued',
      product,
      lane: 'bronze',
      promotionId: 'none',
      bundleDigest: digestOf('none'),
      data: {},
    }),
  );

/** The line of a check, and those that belong to it. */
const deliveriesIn = (stdout: string) => stdout.slice(stdout.indexOf('deliveries'));

describe('lane doctor', () => {
  it('finds nothing to do while no delivery is parked', async () => {
    await eventually(async () => expect((await api.lane('alice', 'doctor')).stdout).toContain('contained by'));
    const { code, stdout } = await api.lane('alice', 'doctor');
    expect([code, deliveriesIn(stdout)]).toEqual([0, expect.stringContaining('none is parked')]);
  });

  it('fails when deliveries are parked, and says how many, since when, what they are about and why', async () => {
    await wakeLane('x'.repeat(2_000));
    await until(async () => (await parked()).total === 1, 'the parked delivery');
    const { code, stdout } = await api.lane('alice', 'doctor');
    expect(code).toBe(1);
    expect(deliveriesIn(stdout)).toMatch(/^deliveries +1 parked, the oldest (just now|\d+s ago):/);
    expect(stdout).toMatch(/lane\.queued \(event \d+\) to lane\/default\/xxx.*INVALID_ARGUMENT.*\(1 attempt\)/);
    expect(stdout).toContain('next: remove the cause, then  lane doctor --retry');
  });

  it('shows a few of many', async () => {
    const { deliveries } = await parked();
    const eventId = deliveries[0]?.eventId ?? 0;
    for (let index = 0; index < 7; index += 1)
      await engine.database.transaction('default', (tx) =>
        parkDelivery(tx, { eventId, target: `lane/default/${String(index)}`, reason: 'no', attempts: 2 }),
      );
    const { stdout } = await api.lane('alice', 'doctor');
    expect(deliveriesIn(stdout)).toContain('8 parked');
    expect(stdout).toContain('and 3 more');
  });

  it('lets only a release manager or operator have them tried again', async () => {
    const { code, stderr } = await api.lane('alice', 'doctor', '--retry');
    expect([code, stderr]).toEqual([4, expect.stringContaining('alice may not call RetryParkedDeliveries')]);
    expect((await parked()).deliveries.every(({ retryRequestedAt }) => retryRequestedAt === null)).toBe(true);
  });

  it('has them tried again with --retry: what succeeds is gone, what fails again is parked again', async () => {
    await wakeLane('mended');
    const target = workflowIds.lane('default', 'mended', 'bronze');
    const handle = engine.client.workflow.getHandle(target);
    await until(
      () =>
        handle.describe().then(
          () => true,
          () => false,
        ),
      'the lane to be started',
    );
    const eventId = ((await parked()).deliveries[0]?.eventId ?? 0) + 1;
    await engine.database.transaction('default', (tx) =>
      parkDelivery(tx, { eventId, target, reason: 'it was refused', attempts: 1 }),
    );
    const { code, stderr } = await api.lane('carol', 'doctor', '--retry');
    expect(stderr).toBe('tried 9 parked deliveries again: 8 succeeded, 1 failed');
    expect(code).toBe(1);
    const { deliveries } = await parked();
    expect(deliveries).toEqual([expect.objectContaining({ attempts: 2, retryRequestedAt: null })]);
  });

  it('says by what the workers contain builds', async () => {
    const { stdout } = await api.lane('alice', 'doctor');
    expect(stdout).toMatch(/builds +contained by (bubblewrap|namespaces|sandbox-exec)/);
  });

  it('fails while a worker of the build queue runs builds without containment, and says what to do', async () => {
    pollBuildsAs(`${process.pid}@${hostname()} builds:none`);
    await eventually(async () => {
      const { code, stdout } = await api.lane('alice', 'doctor');
      expect(code).toBe(1);
      expect(stdout).toMatch(/builds +not contained: builds run with all rights of the worker/);
      expect(stdout).toContain('next: install bubblewrap');
    });
  });

  it('prints them for machines', async () => {
    const { items } = await api.json('alice', 'doctor');
    expect(items).toContainEqual(
      expect.objectContaining({ name: 'deliveries', ok: false, found: expect.stringContaining('1 parked') }),
    );
  });
});
