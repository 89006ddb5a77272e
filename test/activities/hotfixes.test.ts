import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { readLane, readQueue } from '../../store/lane/read.js';
import { LaneScene, type Way } from '../support/lane-scene.js';
import { hold, put, recall, windowOf } from '../support/restriction-people.js';
import { sealText } from '../support/sealed-bundle.js';

let scene: LaneScene;
beforeAll(async () => {
  scene = await LaneScene.start();
});
afterAll(() => scene.close());

type Opened = Way & { readonly id: string; readonly kind?: 'HOTFIX' };

const sealed = async (product: string, text: string): Promise<Way> => ({
  ...{ product, lane: 'gold' },
  bundle: await sealText(scene, `${product} ${text}`, { product }),
});

/** A promotion to gold, whose gates pass at once. */
async function opened(product: string, text: string): Promise<Opened> {
  const way = await sealed(product, text);
  return { ...way, id: (await scene.open(way)).promotionId };
}

/** A hotfix that somebody has signed. */
async function hotfix(way: Way, person = 'carol'): Promise<Opened> {
  const request = await scene.sign(person, 'hotfix', way, undefined, { comment: 'people cannot log in' });
  const { promotionId } = await scene.open(way, undefined, { kind: 'HOTFIX', request });
  return { ...way, kind: 'HOTFIX', id: promotionId };
}

const phaseOf = async ({ id }: Opened): Promise<string> => (await scene.promotion(id)).state;

async function live(promotion: Opened): Promise<void> {
  for (const step of ['guard', 'deploy', 'verify'] as const) await scene.step(promotion, step, 1);
  expect(await phaseOf(promotion)).toBe('LIVE');
}

describe('a hotfix', () => {
  test('passes a hold and a freeze that do not name hotfixes, goes live and ends what was live', async () => {
    const before = await opened('passes', 'before');
    await live(before);
    await hold(scene, 'dev', { product: 'passes' }, 'errors rise');
    await put(
      scene,
      'dev',
      windowOf('passes', {
        ...{ kind: 'FREEZE', reason: 'audit', zone: 'UTC', begins: '2026-06-01T00:00', ends: '2035-01-01T00:00' },
        ...{ products: ['passes'], actions: ['REQUEST', 'APPROVE', 'DEPLOY'] },
      }),
    );
    const fix = await hotfix(await sealed('passes', 'fix'));
    await live(fix);
    expect(await phaseOf(before)).toBe('SUPERSEDED');
    const { live: now, previous } = await scene.in((tx) => readLane(tx, 'passes', 'gold'));
    expect([now?.bundle, previous]).toEqual([fix.bundle, before.bundle]);
  });

  test('waits under a hold and in a freeze that name hotfixes', async () => {
    await sealed('named', 'product');
    await hold(scene, 'dev', { product: 'named' }, 'the database is moved', ['DEPLOY', 'HOTFIX']);
    const fix = await hotfix(await sealed('named', 'fix'));
    expect(await phaseOf(fix)).toBe('QUEUED');
    expect((await scene.promotion(fix.id)).reason).toContain('the database is moved');
  });

  test('takes the lane from a promotion that has not begun to deploy, and from no other', async () => {
    const first = await opened('takes', 'first');
    const waits = await opened('takes', 'waits');
    expect([await phaseOf(first), await phaseOf(waits)]).toEqual(['GUARDING', 'QUEUED']);
    const fix = await hotfix(await sealed('takes', 'fix'));
    expect([await phaseOf(first), await phaseOf(fix)]).toEqual(['QUEUED', 'GUARDING']);
    await scene.step(fix, 'guard', 1);
    const second = await hotfix(await sealed('takes', 'second'));
    expect([await phaseOf(fix), await phaseOf(second)]).toEqual(['DEPLOYING', 'QUEUED']);
    const { queued } = await scene.in((tx) => readQueue(tx, 'takes', 'gold'));
    expect(queued.map(({ id }) => id)).toEqual([second.id, first.id, waits.id]);
    const { queued: shown } = await scene.in((tx) => readLane(tx, 'takes', 'gold'));
    expect(shown).toEqual([second.id, first.id, waits.id]);
  });

  test('is judged by gates of its own, beside a promotion of the same bundle that waits for others', async () => {
    const way = { ...(await sealed('own', 'fix')), lane: 'silver' } as const;
    const { promotionId, phase } = await scene.open(way);
    expect(phase).toBe('AWAITING_APPROVAL');
    const fix = await hotfix(way);
    expect(await phaseOf(fix)).toBe('GATING');
    const verdicts = await scene.rows(
      'select gate_id, verdict from check_runs where promotion_id = $1 order by 1',
      fix.id,
    );
    expect(verdicts).toEqual([
      { gate_id: 'hotfix-right', verdict: 'PASS' },
      { gate_id: 'preview-of-hotfix', verdict: 'PENDING' },
    ]);
    expect(await scene.promotion(promotionId)).toMatchObject({ kind: 'PROMOTION', state: 'AWAITING_APPROVAL' });
  });

  test('has no way into a lane without a gate that blocks hotfixes', async () => {
    const way = { ...(await sealed('nopath', 'fix')), lane: 'bronze' } as const;
    await expect(hotfix(way)).rejects.toMatchObject({ code: 'NO_HOTFIX_PATH' });
    expect(await scene.rows("select 1 from promotions where product = 'nopath'")).toEqual([]);
  });

  test('is started by nobody who has not signed, has no right to it, or has signed something else', async () => {
    const way = await sealed('refused', 'fix');
    await expect(scene.open(way, undefined, { kind: 'HOTFIX' })).rejects.toMatchObject({ code: 'PERMISSION_DENIED' });
    await expect(hotfix(way, 'alice')).rejects.toMatchObject({ code: 'PERMISSION_DENIED' });
    const request = await scene.sign('carol', 'request', way);
    await expect(scene.open(way, undefined, { kind: 'HOTFIX', request })).rejects.toMatchObject({
      code: 'DECISION_MISMATCH',
    });
    const silent = await scene.sign('carol', 'hotfix', way);
    await expect(scene.open(way, undefined, { kind: 'HOTFIX', request: silent })).rejects.toMatchObject({
      detail: { why: expect.stringContaining('comment') },
    });
    const signed = await scene.sign('carol', 'hotfix', way, undefined, { comment: 'as an ordinary promotion' });
    await expect(scene.open(way, undefined, { request: signed })).rejects.toMatchObject({ code: 'DECISION_MISMATCH' });
    expect(await scene.rows("select 1 from promotions where product = 'refused'")).toEqual([]);
  });

  test('of a recalled bundle is refused', async () => {
    const way = await sealed('recalled', 'fix');
    await recall(scene, 'carol', 'recalled', way.bundle, 'it deletes data');
    await expect(hotfix(way)).rejects.toMatchObject({ code: 'BUNDLE_RECALLED' });
  });
});
