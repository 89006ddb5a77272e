import pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { type Database, openDatabase, type Transaction } from '../../store/database.js';
import type { EventPosition, StoredEvent } from '../../store/event/read.js';
import { appendEvent } from '../../store/event/write.js';
import type { EventHandler } from '../../workers/event-handler.js';
import { type Follower, startFollower } from '../../workers/follower.js';
import { onTestFinished } from '../support/clean-up.js';
import { type EmbeddedCluster, startCluster } from '../support/embedded-cluster.js';
import { until } from '../support/until.js';

let cluster: EmbeddedCluster;
let admin: pg.Client;
let database: Database;
let tenant: string;
beforeAll(async () => {
  cluster = await startCluster();
  database = openDatabase({ url: cluster.databaseUrl });
  admin = new pg.Client({ connectionString: cluster.adminUrl });
  await admin.connect();
  await admin.query('create table notes (tenant_id text, product text); grant all on notes to public');
});
afterAll(async () => {
  await admin.end();
  await database.close();
  await cluster.close();
});

let tests = 0;
/** Transactions of the followers of a test, for its tenant. */
let polls = 0;
beforeEach(async () => {
  tenant = await newTenant(`tenant-${String((tests += 1))}`);
});

async function newTenant(name: string): Promise<string> {
  await admin.query('insert into tenants (id) values ($1)', [name]);
  return name;
}

const append = (products: readonly string[], to = tenant) =>
  database.transaction(to, async (tx) => {
    for (const product of products)
      await appendEvent(tx, { type: 'product.registered', product, data: { repository: '/srv/web.git' } });
  });

/** What a test makes of the methods of a handler: to throw, to hang, to take notes. */
interface Interference {
  readonly take?: (tenant: string, products: readonly string[]) => void;
  readonly work?: (tenant: string) => Promise<void> | void;
  readonly record?: (tx: Transaction) => void;
}

/** The simplest handler that there is: writes down each product, in the transaction that moves the cursor. */
class Notes implements EventHandler {
  readonly #tenant: string;
  readonly #interference: Interference;
  #taken: StoredEvent[] = [];

  constructor(name: string, interference: Interference) {
    this.#tenant = name;
    this.#interference = interference;
  }

  get room(): number {
    return 5 - this.#taken.length;
  }

  isWanted(): Promise<boolean> {
    return Promise.resolve(false);
  }

  take(_tx: Transaction, events: readonly StoredEvent[]): Promise<number> {
    this.#interference.take?.(this.#tenant, productsOf(events));
    this.#taken.push(...events);
    return Promise.resolve(events.length);
  }

  async work(): Promise<void> {
    await this.#interference.work?.(this.#tenant);
  }

  async record(tx: Transaction): Promise<{ readonly cursor: EventPosition | undefined; readonly isEverything: true }> {
    for (const product of productsOf(this.#taken))
      await tx.query('insert into notes values ($1, $2)', [tx.tenant, product]);
    this.#interference.record?.(tx);
    return { cursor: this.#taken.at(-1)?.position, isEverything: true };
  }

  recorded(): void {
    this.#taken = [];
  }

  stop(): Promise<void> {
    return Promise.resolve();
  }
}

const productsOf = (events: readonly StoredEvent[]) => events.map(({ product }) => product ?? '');

/** Starts a follower that takes notes; it is stopped when the test ends. Each test has a reader of its own. */
function follow(
  interference: Interference = {},
  onError: (message: string, of?: string) => void = () => undefined,
): Follower {
  const counted: Database = {
    ...database,
    transaction(of, work) {
      if (of === tenant) polls += 1;
      return database.transaction(of, work);
    },
  };
  const follower = startFollower({
    database: counted,
    name: `notes-${String(tests)}`,
    batchSize: 2,
    handlerFor: (name) => new Notes(name, interference),
    onError,
  });
  onTestFinished(() => follower.stop());
  return follower;
}

async function notes(of = tenant): Promise<readonly string[]> {
  const { rows } = await admin.query<{ product: string }>(
    'select product from notes where tenant_id = $1 order by ctid',
    [of],
  );
  return rows.map(({ product }) => product);
}

const noted = (count: number, of = tenant, withinMs?: number) =>
  until(async () => (await notes(of)).length >= count, `${String(count)} notes of ${of}`, withinMs);

const names = (count: number, prefix = 'p') => Array.from({ length: count }, (_, index) => `${prefix}${String(index)}`);

describe('a follower of the log', () => {
  test('hands over every event in commit order, in batches, and remembers how far it is', async () => {
    await append(names(7));
    const batches: (readonly string[])[] = [];
    const first = follow({
      take(of, products) {
        if (of === tenant && products.length > 0) batches.push(products);
      },
    });
    await noted(7);
    expect(batches).toEqual([['p0', 'p1'], ['p2', 'p3'], ['p4', 'p5'], ['p6']]);
    await first.stop();
    await append(['later']);
    follow();
    await noted(8);
    expect(await notes()).toEqual([...names(7), 'later']);
  });

  test('does not skip an event that commits after younger ones', async () => {
    const late = new pg.Client({ connectionString: cluster.databaseUrl });
    await late.connect();
    onTestFinished(() => late.end());
    await append(['before']);
    follow();
    await noted(1);
    await late.query('begin');
    await late.query("select set_config('lanekeeper.tenant', $1, true)", [tenant]);
    await late.query("select append_event('product.registered', 'late', null, null, '{}', '{}')");
    await append(['younger']);
    const seen = polls;
    await until(() => polls > seen + 3, 'polls that do not see them');
    expect(await notes()).toEqual(['before']);
    await late.query('commit');
    await noted(3);
    expect(await notes()).toEqual(['before', 'late', 'younger']);
  });

  test('tries again what has failed, with the same events, and does what is recorded with the cursor once', async () => {
    const failures = { take: 2, work: 1, record: 1 };
    const fail = (method: keyof typeof failures, of: string) => {
      if (of === tenant) failures[method] -= 1;
      if (of === tenant && failures[method] >= 0) throw new Error(`${method} fails`);
    };
    const errors: string[] = [];
    await append(names(3));
    follow(
      {
        take: (of) => fail('take', of),
        work: (of) => fail('work', of),
        record: (tx) => fail('record', tx.tenant),
      },
      (message, of) => of === tenant && errors.push(message),
    );
    await noted(3, tenant, 30_000);
    expect(await notes()).toEqual(names(3));
    // Trouble that lasts is said once.
    expect(errors).toEqual(['take fails', 'work fails', 'record fails']);
  });

  test.each<[string, () => Promise<void>]>([
    ['fails', () => Promise.reject(new Error('never succeeds'))],
    ['hangs', () => hanging],
  ])('does not let a tenant whose handler %s hold up another', async (_how, trouble) => {
    const troubled = tenant;
    const calm = await newTenant(`${tenant}-calm`);
    await append(['stuck'], troubled);
    let isReached = false;
    follow({
      work(of) {
        if (of !== troubled) return;
        isReached = true;
        return trouble();
      },
    });
    await until(() => isReached, 'the handler in trouble');
    await append(names(5), calm);
    await noted(5, calm, 5_000);
    expect(await notes(troubled)).toEqual([]);
    release();
  });

  test('hands over when it is stopped, and after its lease when it hangs; whoever has lost the lease records nothing', async () => {
    const died = follow({ work: (of) => (of === tenant ? hanging : undefined) });
    await append(['first']);
    const leased = () =>
      database.transaction(tenant, (tx) =>
        tx.query('select 1 from dispatch_cursors where lease_until > clock_timestamp()'),
      );
    await until(async () => (await leased()).length > 0, 'the lease');
    const began = Date.now();
    const second = follow();
    await noted(1, tenant, 10_000);
    expect(Date.now() - began).toBeGreaterThan(1_000);
    await second.stop();
    await append(['second']);
    follow();
    await noted(2, tenant, 2_500);
    release();
    await died.stop();
    expect(await notes()).toEqual(['first', 'second']);
  });

  test('lets one instance at a time follow a tenant', async () => {
    let [inside, most] = [0, 0];
    const work = async (of: string) => {
      if (of !== tenant) return;
      most = Math.max(most, (inside += 1));
      await new Promise((resolve) => setImmediate(resolve));
      inside -= 1;
    };
    const followers = [follow({ work }), follow({ work }), follow({ work })];
    for (const batch of names(20)) {
      await append([batch]);
      for (const follower of followers) follower.wake(tenant);
    }
    await noted(20);
    expect([most, await notes()]).toEqual([1, names(20)]);
  });
});

/** Hangs until the test lets it go. */
let release = (): void => undefined;
let hanging: Promise<void>;
beforeEach(() => {
  hanging = new Promise((resolve) => (release = resolve));
});
