import { Client, Connection } from '@temporalio/client';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { MethodEvent } from '../../core/event/types.js';
import { type Database, openDatabase } from '../../store/database.js';
import { readCursor } from '../../store/event/read.js';
import { appendEvent } from '../../store/event/write.js';
import { startDispatcher } from '../../workers/dispatcher.js';
import { type DispatchFixture, grpcError, startDispatchFixture } from '../support/dispatch-fixture.js';
import { until } from '../support/until.js';

let fixture: DispatchFixture;
beforeAll(async () => {
  fixture = await startDispatchFixture();
});
afterAll(() => fixture.close());

const forever = () => new Promise<never>(() => undefined);
const unavailable = 14;

/** The value of the only column of the only row. */
async function ask<T>(sql: string, ...values: unknown[]): Promise<T> {
  const { rows } = await fixture.admin.query<{ answer: T }>(sql, values);
  return (rows[0] as { answer: T }).answer;
}

const delivered = (workflowId: string, withinMs?: number) =>
  until(async () => (await fixture.signalsOf(workflowId)) > 0, `a signal to ${workflowId}`, withinMs);

describe('the dispatcher', () => {
  test('is woken by events that concern somebody, passes the others on its own, and an idle stack is idle', async () => {
    let woken = 0;
    let wake = (): void => undefined;
    const database = openDatabase({
      url: fixture.cluster.urls.control,
      onWork: () => {
        woken += 1;
        wake();
      },
    });
    // Nobody waits, so nothing is signalled and no server is needed.
    const client = new Client({ connection: Connection.lazy({ address: '127.0.0.1:1' }) });
    let polls = 0;
    const counted: Database = {
      ...database,
      transaction(tenant, work) {
        polls += 1;
        return database.transaction(tenant, work);
      },
    };
    const dispatcher = startDispatcher({ database: counted, client, onError: () => undefined });
    wake = () => dispatcher.wake('default');
    const append = (event: MethodEvent) => database.transaction('default', (tx) => appendEvent(tx, event));
    const position = () =>
      fixture.database.transaction('default', async (tx) => (await readCursor(tx, 'dispatcher')).eventId);
    await append({ type: 'repository.allowed', data: { pattern: '/srv/*' } });
    await until(async () => (await position()) > 0, 'the cursor to move');
    expect(woken).toBe(0);
    const passed = await position();
    await append({ type: 'principal.added', data: { principal: 'eve', kind: 'human' } });
    expect(woken).toBe(1);
    await until(async () => (await position()) > passed, 'the cursor to move');
    const writes = () => ask<string>('select pg_snapshot_xmax(pg_current_snapshot())::text as answer');
    const [before, pollsBefore] = [await writes(), polls];
    await until(() => polls > pollsBefore + 2, 'polls that find nothing');
    expect(await writes()).toBe(before);
    await dispatcher.stop();
    await database.close();
    expect(woken).toBe(1);
  });

  test('delivers outside of any transaction: while one hangs, none is open, later events go on, and it is not lost', async () => {
    const hangs = await fixture.wakeLane('default', 'hangs');
    let reached = false;
    const dispatcher = fixture.dispatcher({
      name: 'hanging',
      interfere(workflowId) {
        if (workflowId !== hangs) return;
        reached = true;
        return forever();
      },
    });
    await until(() => reached, 'the delivery that hangs');
    const [now, transaction] = [
      await ask<Date>('select clock_timestamp() as answer'),
      await ask<string>('select pg_current_xact_id()::text as answer'),
    ];
    const older = () =>
      ask<number>(
        `select count(*)::int as answer from pg_stat_activity
          where application_name = 'hanging' and (xact_start <= $1 or backend_xmin::text::bigint <= $2::bigint)`,
        now,
        transaction,
      );
    await until(async () => (await older()) === 0, 'the transactions from before it to end', 3_000);
    expect(await ask<boolean>('select pg_snapshot_xmin(pg_current_snapshot()) > $1::xid8 as answer', transaction)).toBe(
      true,
    );
    await delivered(await fixture.wakeLane('default', 'later'), 3_000);
    expect(await fixture.signalsOf(hangs)).toBe(0);
    await dispatcher.stop();
    fixture.dispatcher();
    await delivered(hangs);
  });

  test.each<[string, () => Promise<void>]>([
    ['hang', forever],
    ['fail', () => Promise.reject(grpcError(unavailable, 'no connection'))],
    ['flood', () => new Promise((resolve) => setTimeout(resolve, 50))],
  ])('does not delay a tenant by the deliveries of another that %s', async (how, trouble) => {
    const tenant = `tenant-${how}`;
    await fixture.addTenant(tenant);
    const troubled: string[] = [];
    for (let product = 0; product < 300; product += 1)
      troubled.push(await fixture.wakeLane(tenant, `product-${String(product)}`));
    let [begun, done] = [0, 0];
    fixture.dispatcher({
      async interfere(workflowId) {
        if (!workflowId.startsWith(`lane/${tenant}/`)) return;
        begun += 1;
        await trouble();
        done += 1;
      },
    });
    await until(() => begun > 0, 'the deliveries of the other tenant to begin');
    await delivered(await fixture.wakeLane('default', `calm-${how}`), 5_000);
    expect(done).toBeLessThan(troubled.length);
    expect(await fixture.parked(tenant)).toEqual([]);
  });

  test('shares the work with another instance: each of them delivers, and nothing arrives twice', async () => {
    const seen: string[] = [];
    const interfere = (workflowId: string) => void seen.push(workflowId);
    fixture.dispatcher({ interfere });
    fixture.dispatcher({ interfere });
    const woken: string[] = [];
    for (let product = 0; product < 40; product += 1)
      woken.push(await fixture.wakeLane('default', `shared-${String(product)}`));
    for (const workflowId of woken) await delivered(workflowId);
    const mine = seen.filter((workflowId) => woken.includes(workflowId));
    expect(mine.sort()).toEqual(woken.sort());
  });

  test('takes over within a few seconds from an instance that died between reading and delivering', async () => {
    let died = false;
    let revive = (): void => undefined;
    const dead = new Promise<void>((resolve) => (revive = resolve));
    fixture.dispatcher({
      hold() {
        died = true;
        return dead;
      },
    });
    const woken = await fixture.wakeLane('default', 'orphan');
    await until(() => died, 'the first instance to read the event');
    fixture.dispatcher();
    await delivered(woken, 6_000);
    revive();
  });
});
