import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { toApplicationFailure } from '../../activities/failures.js';
import { EvidenceCache } from '../../activities/policy/evidence-cache.js';
import type { ContentStore } from '../../adapters/content-store/content-store.js';
import { promotionEdges } from '../../core/promotion/edges.js';
import type { Database, Transaction } from '../../store/database.js';
import { readQueue } from '../../store/lane/read.js';
import { LaneScene, type Way } from '../support/lane-scene.js';
import { sealText } from '../support/sealed-bundle.js';
import { until } from '../support/until.js';
import { promotionEvents } from '../support/event-tables.js';

let scene: LaneScene;
let admin: pg.Client;
beforeAll(async () => {
  scene = await LaneScene.start();
  admin = new pg.Client({ connectionString: scene.cluster.adminUrl });
  await admin.connect();
});
afterAll(async () => {
  await admin.end();
  await scene.close();
});

/** A bundle on its way to gold, whose gates pass at once; each product has lanes of its own. */
async function wayOf(product: string, text = 'one', lane: Way['lane'] = 'gold'): Promise<Way> {
  return { product, lane, bundle: await sealText(scene, `${product} ${text}`, { product }) };
}

/** Opens a promotion. */
async function opened(way: Way): Promise<Way & { readonly id: string }> {
  const { promotionId } = await scene.open(way);
  return { ...way, id: promotionId };
}

/** Opens a promotion that is the first one in its lane, and lets it begin to deploy. */
async function deploying(product: string): Promise<Way & { readonly id: string }> {
  const promotion = await opened(await wayOf(product));
  await scene.step(promotion, 'guard', 1);
  expect(await scene.advance(promotion.id, { type: 'woken' })).toMatchObject({ owed: ['deploy'] });
  return promotion;
}

/** The database, but something happens in each transaction after its work and before its commit. */
function beforeCommit(happens: (tx: Transaction) => Promise<unknown>): Database {
  return {
    ...scene.database,
    transaction: (tenant, work, limits) =>
      scene.database.transaction(
        tenant,
        async (tx) => {
          const result = await work(tx);
          await happens(tx);
          return result;
        },
        limits,
      ),
  };
}

const statementOf = async (promotion: Way & { readonly id: string }, person: string, verb: 'abort' | 'retry') =>
  ({
    type: 'statement',
    statement: await scene.sign(person, verb, promotion, promotion.id),
    frontDoor: 'UPDATE',
  }) as const;
const ended = (attempt: number) => ({ type: 'step-ended', step: 'deploy', attempt }) as const;
const promotionsOf = ({ bundle }: Way) => scene.rows('select id from promotions where bundle_digest = $1', bundle);
const aliases = () => scene.rows('select * from lane_aliases order by product, lane');

describe('what takes long', () => {
  test('is done outside of any transaction: blobs are read and written, and policies read, while none is open', async () => {
    const open: unknown[] = [];
    const closed = async (what: string) => {
      const own = "from pg_stat_activity where usename = 'lanekeeper_test' and xact_start is not null";
      open.push([what, (await admin.query(`select state, query ${own}`)).rows]);
    };
    const { rules } = scene.deps;
    let loaded = false;
    const { blobs } = scene;
    const watched: ContentStore = {
      ...blobs,
      get: async (digest) => closed('get').then(() => blobs.get(digest)),
      put: async (bytes) => closed('put').then(() => blobs.put(bytes)),
    };
    const way = await wayOf('outside', 'one', 'silver');
    const asking = {
      blobs: { of: () => watched },
      cache: new EvidenceCache(),
      rules: {
        inForce: (tx: Transaction) => (loaded ? rules.inForce(tx) : Promise.resolve(undefined)),
        load: (tenant: string) => ((loaded = true), closed('policy').then(() => rules.load(tenant))),
      },
    };
    const { promotionId, phase } = await scene.open(way, 'run-outside', asking);
    expect(phase).toBe('AWAITING_APPROVAL');
    const statement = await scene.sign('alice', 'approve', way, promotionId);
    const approval = { type: 'statement', statement, frontDoor: 'UPDATE' } as const;
    expect(await scene.advance(promotionId, approval, asking)).toMatchObject({ phase: 'GUARDING' });
    expect(open.length).toBeGreaterThanOrEqual(4);
    for (const seen of open) expect(seen).toEqual([expect.stringMatching(/get|put|policy/), []]);
    const count = open.length;
    // What was verified once is not read again.
    await scene.advance(promotionId, { type: 'woken' }, asking);
    expect(open.length).toBe(count);
  });
});

describe('a transaction that moves a promotion', () => {
  test('waits a second for the lane, and is then tried again later', async () => {
    const { id } = await opened(await wayOf('locked'));
    await admin.query('begin');
    try {
      await admin.query("select 1 from lanes where product = 'locked' for update");
      const began = Date.now();
      const error: unknown = await scene.advance(id, { type: 'woken' }).catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({ code: 'BUSY' });
      expect(toApplicationFailure(error)).toMatchObject({ type: 'BUSY', nonRetryable: false });
      expect(Date.now() - began).toBeGreaterThanOrEqual(950);
      expect(Date.now() - began).toBeLessThan(1_900);
    } finally {
      await admin.query('rollback');
    }
    expect(await scene.advance(id, { type: 'woken' })).toMatchObject({ phase: 'GUARDING' });
  });

  test('is rolled back when it lasts longer than one and a half seconds, and frees the lane', async () => {
    const way = await wayOf('slow');
    const database = beforeCommit(() => sleep(2_500));
    const began = Date.now();
    const error: unknown = await scene.open(way, 'run-slow', { database }).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'TIMED_OUT', why: 'it lasted longer than 1500 ms' });
    expect(toApplicationFailure(error)).toMatchObject({ nonRetryable: false });
    expect(Date.now() - began).toBeLessThan(4_000);
    expect(await promotionsOf(way)).toEqual([]);
    expect(await scene.open(way, 'run-slow')).toMatchObject({ phase: 'GUARDING' });
  });

  test('is rolled back when its activity is cancelled', async () => {
    const promotion = await deploying('cancelled');
    const stop = new AbortController();
    const database = beforeCommit(async () => {
      await Promise.resolve();
      stop.abort();
    });
    const abort = await statementOf(promotion, 'dev', 'abort');
    const moved = scene.advance(promotion.id, abort, { database, signal: stop.signal });
    await expect(moved).rejects.toMatchObject({ code: 'TIMED_OUT', why: expect.stringContaining('cancelled') });
    expect(await scene.promotion(promotion.id)).toMatchObject({ state: 'DEPLOYING', ending: null });
    expect(await scene.rows('select id from decisions where promotion_id = $1', promotion.id)).toEqual([]);
    expect(await scene.advance(promotion.id, abort)).toMatchObject({ owed: ['revert'], outcome: { accepted: true } });
  });
});

describe('a lane', () => {
  test('queues in the order in which it was locked, not in which transactions began', async () => {
    let began: readonly Date[] = [];
    const begins = (then: (count: number) => Promise<unknown>): Database => ({
      ...scene.database,
      transaction: (tenant, work, limits) =>
        scene.database.transaction(
          tenant,
          async (tx) => {
            const [row] = await tx.query<{ now: Date }>('select now()');
            if (row !== undefined) began = [...began, row.now];
            await then(began.length);
            return work(tx);
          },
          limits,
        ),
    });
    await scene.open(await wayOf('queue', 'holder'), 'run-holder', { database: begins(() => Promise.resolve()) });
    // As many transactions as it takes to find out what has to be prepared; the last one moves the promotion.
    const { length } = began;
    began = [];
    let go = (): void => undefined;
    const allowed = new Promise<void>((resolve) => (go = resolve));
    const database = begins((count) => (count === length ? allowed : Promise.resolve()));
    const late = await wayOf('queue', 'began late');
    const first = scene.open(await wayOf('queue', 'began early'), 'run-early', { database });
    await until(() => began.length === length, 'the transaction that moves it to begin');
    const { promotionId } = await scene.open(late, 'run-late');
    go();
    const { promotionId: lastId } = await first;
    const { queued } = await scene.in((tx) => readQueue(tx, 'queue', 'gold'));
    expect([queued.map(({ id }) => id), began.length]).toEqual([[promotionId, lastId], length]);
    const { queuedAt } = await scene.promotion(promotionId);
    expect(began.at(-1)?.getTime()).toBeLessThan(queuedAt?.getTime() ?? 0);
  });

  test('that nobody stands before is granted at once, after one round of gates that names the hold', async () => {
    const { id } = await opened(await wayOf('idle'));
    const rounds = 'select round, outcome, fencing_token as token from gate_rounds where promotion_id = $1';
    expect(await scene.rows(rounds, id)).toEqual([{ round: 1, outcome: 'PASS', token: 1 }]);
    const lane = "select holder_promotion_id as holder, fencing_token as token from lanes where product = 'idle'";
    expect(await scene.rows(lane)).toEqual([{ holder: id, token: 1 }]);
    const events = "select type, data->>'to' as phase, transaction_id = min(transaction_id) over () as together";
    expect(await scene.rows(`${events} from ${promotionEvents} e where promotion_id = $1 order by id`, id)).toEqual([
      { type: 'promotion.requested', phase: null, together: true },
      { type: 'promotion.transitioned', phase: 'QUEUED', together: true },
      { type: 'lane.granted', phase: null, together: true },
      { type: 'promotion.transitioned', phase: 'GUARDING', together: true },
    ]);
  });

  test('that is freed is granted to the next one in the same transaction', async () => {
    const holder = await opened(await wayOf('freed', 'holder'));
    const next = await opened(await wayOf('freed', 'next'));
    expect(await scene.promotion(next.id)).toMatchObject({ state: 'QUEUED' });
    await scene.advance(holder.id, await statementOf(holder, 'dev', 'abort'));
    const rows = await scene.rows<{ data: object }>(
      `select e.data from ${promotionEvents} e join ${promotionEvents} a using (transaction_id)
        where e.type = 'lane.granted' and e.promotion_id = $2 and a.promotion_id = $1 and a.data->>'to' = 'ABORTED'`,
      holder.id,
      next.id,
    );
    expect(rows).toEqual([{ data: { by: holder.id, fencingToken: 2 } }]);
    expect(await scene.advance(next.id, { type: 'woken' })).toMatchObject({ phase: 'GUARDING', owed: ['guard'] });
  });
});

describe('a late deploy', () => {
  test('whose attempt was closed switches nothing, neither after it nor beside the next attempt', async () => {
    const promotion = await deploying('late');
    const before = await aliases();
    const closed = async () => {
      await scene.advance(promotion.id, ended(1));
    };
    await scene.step(promotion, 'deploy', 1, { work: closed });
    expect(await scene.promotion(promotion.id)).toMatchObject({ state: 'ERRORED', switched: true, attempt: 1 });
    await scene.advance(promotion.id, await statementOf(promotion, 'dev', 'retry'));
    expect(await scene.promotion(promotion.id)).toMatchObject({ state: 'DEPLOYING', attempt: 2 });
    await scene.step(promotion, 'deploy', 1);
    expect(await scene.advance(promotion.id, ended(1))).toMatchObject({ phase: 'DEPLOYING', owed: ['deploy'] });
    expect(await aliases()).toEqual(before);
    await scene.step(promotion, 'deploy', 2);
    expect(await scene.advance(promotion.id, { type: 'woken' })).toMatchObject({ owed: ['verify'] });
    expect(await aliases()).not.toEqual(before);
  });
});

describe('a statement', () => {
  test('that is sent again returns its outcome, and retries nothing a second time', async () => {
    const promotion = await deploying('again');
    await scene.advance(promotion.id, ended(1));
    const retry = await statementOf(promotion, 'dev', 'retry');
    const first = await scene.advance(promotion.id, retry);
    expect(first).toMatchObject({ attempt: 2, phase: 'DEPLOYING', outcome: { accepted: true } });
    await scene.advance(promotion.id, ended(2));
    const again = await scene.advance(promotion.id, { ...retry, frontDoor: 'SIGNAL' });
    expect(again).toMatchObject({ attempt: 2, phase: 'ERRORED', outcome: { accepted: true } });
    expect(again.outcome?.text).toBe(`${first.outcome?.text ?? ''}; it had been sent before`);
    expect(await scene.rows('select 1 from decisions where promotion_id = $1', promotion.id)).toHaveLength(1);
  });

  test('that was refused at a start is used up, and leaves no promotion', async () => {
    const way = await wayOf('burnt');
    const nonce = 'used-by-alice-for-a-refused-start';
    const request = await scene.sign('alice', 'request', way, undefined, { nonce });
    for (const run of ['first', 'second'])
      await expect(scene.open(way, `run-burnt-${run}`, { request })).rejects.toMatchObject({
        code: 'PERMISSION_DENIED',
      });
    expect(await promotionsOf(way)).toEqual([]);
    const uses = 'select promotion_id, refusal_code from statement_uses where nonce = $1';
    expect(await scene.rows(uses, nonce)).toEqual([{ promotion_id: null, refusal_code: 'PERMISSION_DENIED' }]);
    const other = await scene.sign('alice', 'request', way, undefined, { nonce, comment: 'another one' });
    await expect(scene.open(way, 'run-burnt-third', { request: other })).rejects.toMatchObject({
      code: 'DECISION_REPLAYED',
    });
  });

  test('that nobody signed is answered with its reason, and adds rows no more than fifty times', async () => {
    const { id } = await opened(await wayOf('refused', 'one', 'silver'));
    const texts = new Set<string | undefined>();
    for (let count = 0; count < 60; count += 1) {
      const statement = { garbage: count };
      const { outcome } = await scene.advance(id, { type: 'statement', statement, frontDoor: 'SIGNAL' });
      expect(outcome?.accepted).toBe(false);
      texts.add(outcome?.text);
    }
    expect([...texts]).toEqual([expect.stringContaining('was refused')]);
    const counts = `select (select count(*) from decisions where promotion_id = $1) as decisions,
      (select count(*) from ${promotionEvents} e where promotion_id = $1 and type = 'decision.refused') as events`;
    expect(await scene.rows(counts, id)).toEqual([{ decisions: 50, events: 50 }]);
  });
});

describe('the edges of the state machine', () => {
  test('are the same in the code and in the database', async () => {
    const rows = await scene.rows<{ edge: string }>(
      "select from_state || ' ' || to_state as edge from promotion_edges",
    );
    const edges = Object.entries(promotionEdges).flatMap(([from, to]) => to.map((one) => `${from} ${one}`));
    expect(rows.map(({ edge }) => edge).toSorted()).toEqual(edges.toSorted());
  });
});
