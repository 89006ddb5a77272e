import { Client, Connection } from '@temporalio/client';
import pg from 'pg';
import { digestOf } from '../core/hash.js';
import { type Database, openDatabase } from '../store/database.js';
import { readCursor } from '../store/event/read.js';
import { appendEvent } from '../store/event/write.js';
import { allLanes, listLanes } from '../store/lane/list.js';
import { type EmbeddedCluster, startCluster } from '../test/support/embedded-cluster.js';
import { fillEvents } from '../test/support/many-events.js';
import { fillProducts } from '../test/support/many-products.js';
import { until } from '../test/support/until.js';
import { startDispatcher } from '../workers/dispatcher.js';
import { benchBoard } from './board.js';
import { type Goal, goalOf } from './goal.js';
import { median } from './numbers.js';

const logs = [5_000, 50_000, 500_000] as const;
const boards = [1, 100, 1_000] as const;
/** How many events are delivered, and boards read, for one figure. */
const samples = 30;

interface Place {
  readonly cluster: EmbeddedCluster;
  readonly admin: pg.Client;
  readonly database: Database;
}

/**
 * Measures how cost grows: the dispatcher behind logs of different lengths, without Temporal, and boards of different
 * numbers of products.
 *
 * @param say receives progress messages
 */
export async function benchGrowth(say: (text: string) => void): Promise<readonly Goal[]> {
  const cluster = await startCluster();
  const admin = new pg.Client({ connectionString: cluster.adminUrl });
  const database = openDatabase({ url: cluster.databaseUrl });
  try {
    await admin.connect();
    const place = { cluster, admin, database };
    return [
      ...(await benchDispatcher(place, say)),
      ...(await benchBoards(place, say)),
      ...(await benchBoard(place, boards.at(-1) ?? 0)),
    ];
  } finally {
    await admin.end();
    await database.close();
    await cluster.close();
  }
}

async function benchDispatcher(place: Place, say: (text: string) => void): Promise<readonly Goal[]> {
  const measured: { readonly events: number; readonly perSecond: number; readonly deliveryMs: number }[] = [];
  let there = 0;
  for (const events of logs) {
    say(`a log of ${String(events)} events`);
    const behind = events - there;
    await fillEvents(place.admin, behind);
    there = events;
    measured.push({ events, ...(await measureDispatcher(place, behind)) });
  }
  const [least] = measured;
  const comparatorOf = (figure: number) => ({ name: `${String(logs[0])} events`, figure });
  return measured.slice(1).flatMap(({ events, perSecond, deliveryMs }) => [
    goalOf({
      name: `catching up with a log of ${String(events)} events`,
      unit: 'events a second',
      figure: perSecond,
      comparator: comparatorOf(least?.perSecond ?? Number.NaN),
      goal: { atLeast: 0.7 },
    }),
    goalOf({
      name: `from an event to its delivery, with ${String(events)} events in the log`,
      unit: 'ms',
      figure: deliveryMs,
      comparator: comparatorOf(least?.deliveryMs ?? Number.NaN),
      goal: { atMost: 1.5 },
    }),
  ]);
}

/** Starts a dispatcher that is behind by some events, and has it deliver more of them, one after the other. */
async function measureDispatcher({ cluster, admin, database }: Place, behind: number) {
  let delivered = (): void => undefined;
  const client = new Client({
    connection: Connection.lazy({ address: '127.0.0.1:1' }),
    interceptors: { workflow: [{ signalWithStart: () => (delivered(), Promise.resolve('delivered')) }] },
  });
  const control = openDatabase({ url: cluster.urls.control });
  const began = performance.now();
  const dispatcher = startDispatcher({ database: control, client, onError: (message) => console.error(message) });
  try {
    const { rows } = await admin.query<{ last: string }>('select max(id)::text as last from method_events');
    const last = Number(rows[0]?.last);
    const cursor = () => database.transaction('default', (tx) => readCursor(tx, 'dispatcher'));
    await until(async () => (await cursor()).eventId >= last, 'the dispatcher to catch up', 600_000);
    const perSecond = behind / ((performance.now() - began) / 1000);
    const times: number[] = [];
    for (let sample = 0; sample < samples; sample += 1) {
      const arrived = new Promise<void>((resolve) => (delivered = resolve));
      const appended = performance.now();
      await database.transaction('default', (tx) =>
        appendEvent(tx, {
          type: 'lane.queued',
          product: 'product-0',
          lane: 'bronze',
          promotionId: 'bench',
          bundleDigest: digestOf('bench'),
          data: {},
        }),
      );
      await arrived;
      times.push(performance.now() - appended);
    }
    return { perSecond, deliveryMs: median(times) };
  } finally {
    await dispatcher.stop();
    await control.close();
  }
}

async function benchBoards({ admin, database }: Place, say: (text: string) => void): Promise<readonly Goal[]> {
  const measured: { readonly products: number; readonly ms: number }[] = [];
  let there = 0;
  for (const products of boards) {
    say(`a board of ${String(products)} products`);
    await fillProducts(admin, there + 1, products);
    there = products;
    const times: number[] = [];
    for (let sample = 0; sample < samples; sample += 1) {
      const began = performance.now();
      await database.transaction('default', (tx) => listLanes(tx, allLanes, { size: 0, token: '' }));
      times.push(performance.now() - began);
    }
    measured.push({ products, ms: median(times) });
  }
  return measured.slice(1).map(({ products, ms }, index) =>
    goalOf({
      name: `the board of ${String(products)} products`,
      unit: 'ms',
      figure: ms,
      comparator: {
        name: `${String(measured[index]?.products)} products`,
        figure: measured[index]?.ms ?? Number.NaN,
      },
      // In proportion to the products; half as much again is what two measurements of the same differ by.
      goal: { atMost: (1.5 * products) / (measured[index]?.products ?? 1) },
    }),
  );
}
