import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Digest } from '../../core/digest.js';
import { hexOf } from '../../core/digest.js';
import { nameOfHold } from '../../core/restriction/model.js';
import { requirePromotion } from '../../store/promotion/read.js';
import { statusQuery } from '../../workflows/promotion/contract.js';
import { approveByTwo, decide, isIn, rowsOf, signedFor, waitingForApproval } from '../support/attack-scene.js';
import { type Engine, type PromotionHandle, startEngine } from '../support/engine.js';
import { hold, put, recall, retire, windowOf } from '../support/restriction-people.js';
import { sealText } from '../support/sealed-bundle.js';
import { until } from '../support/until.js';

let engine: Engine;
beforeAll(async () => {
  engine = await startEngine();
});
afterAll(() => engine.close());

const rowOf = async (handle: PromotionHandle) => {
  const id = await engine.recordOf(handle);
  return engine.database.transaction('default', (tx) => requirePromotion(tx, id));
};

const bundleOf = (text: string): Promise<Digest> => sealText(engine, text, { authorEmail: 'dev@example.com' });

const always = {
  kind: 'FREEZE',
  reason: 'everybody buys',
  zone: 'UTC',
  begins: '2026-06-01T00:00',
  ends: '2035-01-01T00:00',
} as const;

describe('a lane that somebody holds', () => {
  test('is not taken by a promotion whose gates pass: it waits, says for whom, and goes on when the hold is lifted', async () => {
    const scope = { product: 'shop', lane: 'bronze' } as const;
    const first = await bundleOf('held');
    await hold(engine, 'dev', scope, 'checkout errors');
    const handle = await engine.promote({ lane: 'bronze', bundle: first });
    await engine.reached(handle, 'QUEUED');
    const words = 'every gate passes; dev holds bronze of shop: checkout errors';
    expect((await rowOf(handle)).reason).toBe(words);
    expect((await handle.query(statusQuery)).reason).toBe(words);
    await retire(engine, 'dev', { kind: 'hold', name: nameOfHold(scope) });
    await engine.reached(handle, 'LIVE');
  });

  test('is held for two reasons, and opens when both are lifted', async () => {
    const scope = { product: 'shop' };
    await hold(engine, 'dev', scope, 'one reason');
    const other = await hold(engine, 'carol', scope, 'another reason');
    const handle = await engine.promote({ lane: 'bronze', bundle: await bundleOf('held twice') });
    await engine.reached(handle, 'QUEUED');
    expect((await rowOf(handle)).reason).toContain('one reason');
    await put(engine, 'dev', { kind: 'hold', name: nameOfHold(scope), spec: { ...scope, holds: [other] } });
    const rest = 'every gate passes; carol holds every lane of shop: another reason';
    await until(async () => (await rowOf(handle)).reason === rest, 'one hold to be lifted');
    await retire(engine, 'carol', { kind: 'hold', name: nameOfHold(scope) });
    await engine.reached(handle, 'LIVE');
  });
});

describe('whoever approves for a lane that is closed', () => {
  test('is told that it is recorded, and when the promotion starts', async () => {
    const target = await waitingForApproval(engine, 'approved while frozen');
    await put(engine, 'dev', windowOf('advent', always));
    const answer = await decide(engine, target, await signedFor(engine, target, 'alice'));
    expect(answer).toMatchObject({ accepted: true, state: 'AWAITING_APPROVAL' });
    expect(answer.text).toBe(
      'approve by alice is recorded; the lane is closed: freeze: everybody buys (advent); it starts on 2035-01-01 00:00 UTC, if every gate passes by then',
    );
    await decide(engine, target, await signedFor(engine, target, 'bob'));
    await isIn(engine, target.id, 'QUEUED');
    await retire(engine, 'dev', { kind: 'window', name: 'advent' });
    await isIn(engine, target.id, 'LIVE');
  });

  test('is refused where a window is for approvals', async () => {
    const target = await waitingForApproval(engine, 'not approved at night');
    await put(engine, 'dev', windowOf('night', { ...always, actions: ['APPROVE'], reason: 'people sleep' }));
    const answer = await decide(engine, target, await signedFor(engine, target, 'alice'));
    expect(answer.accepted).toBe(false);
    expect(answer.text).toContain(
      'refused (LANE_CLOSED): gold of shop is closed to approvals: freeze: people sleep (night)',
    );
    await retire(engine, 'dev', { kind: 'window', name: 'night' });
    await approveByTwo(engine, target);
  });
});

describe('a request', () => {
  test('is refused at once where a window is for requests, and starts nothing', async () => {
    const bundle = await bundleOf('requested at night');
    await put(engine, 'dev', windowOf('requests', { ...always, actions: ['REQUEST'] }));
    const handle = await engine.promote({ lane: 'bronze', bundle });
    await expect(handle.result()).rejects.toMatchObject({ cause: { type: 'LANE_CLOSED' } });
    await retire(engine, 'dev', { kind: 'window', name: 'requests' });
    await engine.reached(await engine.promote({ lane: 'bronze', bundle }), 'LIVE');
  });
});

describe('a recall', () => {
  test('marks every lane in which the bundle is live', async () => {
    const target = await waitingForApproval(engine, 'live in three lanes');
    await approveByTwo(engine, target);
    await recall(engine, 'carol', 'shop', target.bundle, 'it leaks');
    const standings = () =>
      rowsOf(
        engine,
        "select lane, standing from promotions where bundle_digest = $1 and state = 'LIVE' order by lane",
        target.bundle,
      );
    const all = ['bronze', 'gold', 'silver'].map((lane) => ({ lane, standing: 'AT_RISK' }));
    await until(async () => JSON.stringify(await standings()) === JSON.stringify(all), 'three lanes at risk');
    await retire(engine, 'dev', { kind: 'recall', name: hexOf(target.bundle) });
    const sound = all.map(({ lane }) => ({ lane, standing: 'SOUND' }));
    await until(async () => JSON.stringify(await standings()) === JSON.stringify(sound), 'three lanes sound');
  });

  test('ends what waits for people, marks what is live, and says so in signed summaries', async () => {
    const target = await waitingForApproval(engine, 'recalled');
    await recall(engine, 'carol', 'shop', target.bundle, 'it leaks');
    await isIn(engine, target.id, 'FAILED');
    expect((await rowOf(target.handle)).reason).toBe('recalled by carol: it leaks');
    await until(async () => {
      const steps = await engine.database.transaction('default', (tx) =>
        tx.query('select 1 from promotion_steps where promotion_id = $1 and step = $2', [target.id, 'attest']),
      );
      return steps.length > 0;
    }, 'its end to be attested');
    const live = await engine.database.transaction('default', (tx) =>
      tx.query<{ id: string }>("select id from promotions where bundle_digest = $1 and lane = 'silver'", [
        target.bundle,
      ]),
    );
    await until(async () => {
      const [row] = await engine.database.transaction('default', (tx) =>
        tx.query<{ standing: string }>('select standing from promotions where id = $1', [live[0]?.id]),
      );
      return row?.standing === 'AT_RISK';
    }, 'what is live to be at risk');
    await retire(engine, 'dev', { kind: 'recall', name: hexOf(target.bundle) });
  });
});
