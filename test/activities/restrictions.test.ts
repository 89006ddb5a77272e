import pg from 'pg';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import type { InFlightRule } from '../../core/calendar/window.js';
import { hexOf } from '../../core/digest.js';
import { nameOfHold } from '../../core/restriction/model.js';
import { requireRollbackTarget } from '../../store/lane/history.js';
import { readLane } from '../../store/lane/read.js';
import { LaneScene, type Way } from '../support/lane-scene.js';
import { hold, put, recall, retire, windowOf } from '../support/restriction-people.js';
import { sealText } from '../support/sealed-bundle.js';

let scene: LaneScene;
let owner: pg.Client;
beforeAll(async () => {
  scene = await LaneScene.start();
  owner = new pg.Client({ connectionString: scene.cluster.adminUrl });
  await owner.connect();
});
afterAll(async () => {
  await owner.end();
  await scene.close();
});

type Opened = Way & { readonly id: string };

/** A promotion to gold, whose gates pass at once; each product has lanes of its own. */
async function opened(product: string, text = 'one'): Promise<Opened> {
  const way = { product, lane: 'gold', bundle: await sealText(scene, `${product} ${text}`, { product }) } as const;
  const { promotionId } = await scene.open(way);
  return { ...way, id: promotionId };
}

const woken = ({ id }: Opened) => scene.advance(id, { type: 'woken' });
const phaseOf = async ({ id }: Opened): Promise<string> => (await scene.promotion(id)).state;
const freeze = (name: string, product: string, inFlight: InFlightRule, invokers?: readonly string[]) =>
  windowOf(name, {
    ...{ kind: 'FREEZE', reason: 'audit', zone: 'UTC', begins: '2026-06-01T00:00', ends: '2035-01-01T00:00' },
    ...{ products: [product], inFlight, ...(invokers !== undefined && { invokers }) },
  });

/** Lets a promotion that was granted its lane go live. */
async function live(promotion: Opened): Promise<void> {
  for (const step of ['guard', 'deploy', 'verify'] as const) await scene.step(promotion, step, 1);
  expect(await phaseOf(promotion)).toBe('LIVE');
}

describe('a lane that is closed while a promotion has it', () => {
  test('lets it wait again in its old place when it has not begun to deploy, and goes on with it afterwards', async () => {
    const first = await opened('paused');
    const second = await opened('paused', 'two');
    expect([await phaseOf(first), await phaseOf(second)]).toEqual(['GUARDING', 'QUEUED']);
    await hold(scene, 'dev', { product: 'paused' }, 'errors');
    await scene.step(first, 'guard', 1);
    expect(await scene.promotion(first.id)).toMatchObject({
      ...{ state: 'QUEUED', reason: 'every gate passes; dev holds every lane of paused: errors' },
    });
    const [lane] = await scene.rows("select holder_promotion_id as holder from lanes where product = 'paused'");
    expect(lane).toEqual({ holder: null });
    await retire(scene, 'dev', { kind: 'hold', name: nameOfHold({ product: 'paused' }) });
    await woken(second);
    expect([await phaseOf(first), await phaseOf(second)]).toEqual(['QUEUED', 'QUEUED']);
    await woken(first);
    expect([await phaseOf(first), await phaseOf(second)]).toEqual(['DEPLOYING', 'QUEUED']);
  });

  test('lets it finish where the window says so', async () => {
    const promotion = await opened('finished');
    await put(scene, 'dev', freeze('finished', 'finished', 'FINISH'));
    await live(promotion);
  });

  test('ends it where the window says so, as an act of the service, and not what only waits', async () => {
    const first = await opened('ended');
    const second = await opened('ended', 'two');
    await put(scene, 'dev', freeze('ended', 'ended', 'ABORT'));
    await scene.step(first, 'guard', 1);
    expect(await woken(first)).toMatchObject({ phase: 'ABORTED', owed: ['attest'] });
    expect((await scene.promotion(first.id)).reason).toBe(
      'the lane was closed: freeze: audit (ended); opens 2035-01-01 00:00 UTC',
    );
    expect(await woken(second)).toMatchObject({ phase: 'QUEUED', lookAgainAt: expect.stringMatching(/^20\d\d-/) });
  });

  test('goes by a clock that jumps, forward and back, and loses nothing', async () => {
    const promotion = await opened('jumps', 'before');
    await live(promotion);
    const ends = new Date(Date.now() + 3_600_000).toISOString().slice(0, 19);
    const times = { begins: '2026-06-01T00:00', ends, zone: 'UTC' };
    const spec = { kind: 'FREEZE', reason: 'audit', products: ['jumps'], inFlight: 'PAUSE', ...times } as const;
    await put(scene, 'dev', windowOf('jumps', spec));
    const waits = await opened('jumps', 'waits');
    const seen: string[] = [await phaseOf(waits)];
    for (const ahead of [2 * 3_600_000, 0, -30 * 86_400_000, 2 * 3_600_000]) {
      scene.ahead = ahead;
      await woken(waits);
      seen.push(await phaseOf(waits));
    }
    expect(seen).toEqual(['QUEUED', 'GUARDING', 'QUEUED', 'QUEUED', 'GUARDING']);
    await live(waits);
    scene.ahead = 0;
    expect(await phaseOf(promotion)).toBe('SUPERSEDED');
  });

  test('leaves alone what has begun to deploy', async () => {
    const promotion = await opened('under-way');
    await scene.step(promotion, 'guard', 1);
    await hold(scene, 'dev', { product: 'under-way' }, 'errors');
    expect(await woken(promotion)).toMatchObject({ phase: 'DEPLOYING' });
    await scene.step(promotion, 'deploy', 1);
    await scene.step(promotion, 'verify', 1);
    expect(await phaseOf(promotion)).toBe('LIVE');
  });
});

describe('a window that holds for some', () => {
  test('lets others pass who have waited for a shorter time', async () => {
    const way = {
      product: 'some',
      lane: 'gold',
      bundle: await sealText(scene, 'some of carol', { product: 'some' }),
    } as const;
    await put(scene, 'dev', freeze('for-dev', 'some', 'PAUSE', ['role:developer']));
    const nobody = await opened('some');
    expect(await phaseOf(nobody)).toBe('QUEUED');
    const { promotionId } = await scene.open(way, undefined, { request: await scene.sign('carol', 'request', way) });
    expect((await scene.promotion(promotionId)).state).toBe('GUARDING');
    expect(await phaseOf(nobody)).toBe('QUEUED');
  });
});

describe('a bundle that is recalled', () => {
  const name = ({ bundle }: Way) => ({ kind: 'recall', name: hexOf(bundle) }) as const;

  test('ends its promotions wherever they are on their way, with what they were about to do', async () => {
    const queued = [await opened('called'), await opened('called', 'two')] as const;
    for (const promotion of queued) await recall(scene, 'carol', 'called', promotion.bundle, 'it leaks');
    const [guarding, waiting] = queued;
    expect(await woken(waiting)).toMatchObject({ phase: 'FAILED', error: { code: 'BUNDLE_RECALLED' } });
    expect(await woken(guarding)).toMatchObject({ phase: 'FAILED', reason: 'recalled by carol: it leaks' });
    const deploying = await opened('called', 'three');
    await scene.step(deploying, 'guard', 1);
    await recall(scene, 'carol', 'called', deploying.bundle, 'it leaks');
    expect(await woken(deploying)).toMatchObject({ phase: 'DEPLOYING', owed: ['revert'] });
    await scene.step(deploying, 'revert', 1);
    expect(await phaseOf(deploying)).toBe('FAILED');
  });

  test('is at risk where it is live, is not promoted again, and is sound once a second person has undone it', async () => {
    const promotion = await opened('stays');
    await live(promotion);
    await recall(scene, 'carol', 'stays', promotion.bundle, 'it leaks');
    expect(await woken(promotion)).toMatchObject({
      phase: 'LIVE',
      standing: 'AT_RISK',
      reason: 'recalled by carol: it leaks',
    });
    await expect(scene.open({ ...promotion, lane: 'bronze' })).rejects.toMatchObject({ code: 'BUNDLE_RECALLED' });
    await expect(recall(scene, 'dev', 'stays', promotion.bundle, 'again')).rejects.toMatchObject({
      code: 'WRONG_STATE',
    });
    await expect(retire(scene, 'carol', name(promotion))).rejects.toMatchObject({ code: 'SELF_APPROVAL' });
    await retire(scene, 'dev', name(promotion));
    expect(await woken(promotion)).toMatchObject({ standing: 'SOUND' });
    expect(await scene.open({ ...promotion, lane: 'bronze' })).toMatchObject({ phase: 'GATING' });
  });
});

describe('a rollback', () => {
  test('passes by what is recalled', async () => {
    const bundles = [];
    for (const text of ['one', 'two', 'three']) {
      const promotion = await opened('back', text);
      await live(promotion);
      bundles.push(promotion.bundle);
    }
    const [first, second] = bundles as [Way['bundle'], Way['bundle']];
    const target = () => scene.in((tx) => requireRollbackTarget(tx, 'back', 'gold'));
    const shown = async () => (await scene.in((tx) => readLane(tx, 'back', 'gold'))).previous;
    expect([await target(), await shown()]).toEqual([second, second]);
    await recall(scene, 'carol', 'back', second, 'it leaks');
    expect([await target(), await shown()]).toEqual([first, first]);
    const way = { product: 'back', lane: 'gold', bundle: first, kind: 'ROLLBACK' } as const;
    const { promotionId } = await scene.open(way, undefined, {
      ...{ kind: 'ROLLBACK', request: await scene.sign('carol', 'rollback', way) },
    });
    for (const step of ['deploy', 'verify'] as const) await scene.step({ ...way, id: promotionId }, step, 1);
    expect((await scene.in((tx) => readLane(tx, 'back', 'gold'))).live?.bundle).toBe(first);
  });
});

describe('whoever writes into the database', () => {
  /** Does something as the owner of the tables, past every trigger. */
  async function tamper(sql: string): Promise<void> {
    await owner.query('begin; set local session_replication_role = replica');
    await owner.query(sql);
    await owner.query('commit');
  }

  let held: Opened;
  beforeAll(async () => {
    held = await opened('tampered');
    await hold(scene, 'dev', { product: 'tampered' }, 'errors');
    await scene.step(held, 'guard', 1);
    await owner.query('create table kept as select * from restrictions');
  });
  afterEach(async () => {
    await tamper('delete from restrictions; insert into restrictions select * from kept');
    expect((await woken(held)).reason).toBe('every gate passes; dev holds every lane of tampered: errors');
  });

  test.each([
    [
      'says that a hold was lifted',
      "update restrictions set state = 'RETIRED' where name = 'tampered'",
      'it is RETIRED, which nobody has signed',
    ],
    [
      'takes a hold away',
      "delete from restrictions where name = 'tampered'",
      'its newest statement is about another revision',
    ],
    [
      'says that it is about another product',
      "update restrictions set products = '{other}' where name = 'tampered'",
      'what it is about is not what was signed',
    ],
    [
      'says that it is about another lane',
      "update restrictions set lanes = '{bronze}' where name = 'tampered'",
      'what it is about is not what was signed',
    ],
    [
      'changes what it says',
      "update restrictions set content = replace(content, 'DEPLOY', 'ROLLBACK') where name = 'tampered'",
      'its content is not what was signed',
    ],
  ])('and %s opens nothing', async (_does, sql, why) => {
    await tamper(sql);
    expect((await woken(held)).reason).toBe(`every gate passes; hold/tampered is not to be believed: ${why}`);
    expect(await phaseOf(held)).toBe('QUEUED');
  });

  test('and recalls a bundle ends nothing, and keeps it out of its lanes', async () => {
    const content = JSON.stringify({ bundle: held.bundle, product: 'tampered', reason: 'mine' });
    await tamper(`insert into restrictions (tenant_id, kind, name, revision, state, content, content_digest, products, changed_by)
      values ('default', 'recall', '${hexOf(held.bundle)}', 1, 'ACTIVE', '${content}', 'sha256:${'0'.repeat(64)}', '{tampered}', 'mallory')`);
    expect(await woken(held)).toMatchObject({
      phase: 'QUEUED',
      reason: expect.stringContaining('nobody has signed it'),
    });
  });

  test('and no process but the one that enrols people writes there', async () => {
    for (const url of [scene.cluster.urls.control, scene.cluster.urls.api, scene.cluster.urls.deploy]) {
      const client = new pg.Client({ connectionString: url });
      await client.connect();
      await client.query("select set_config('lanekeeper.tenant', 'default', false)");
      for (const sql of [
        "update restrictions set state = 'RETIRED'",
        'delete from restrictions',
        'truncate restrictions',
      ])
        await expect(client.query(sql)).rejects.toThrow(/permission denied/);
      await client.end();
    }
  });
});
