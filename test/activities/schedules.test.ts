import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { instantInWords } from '../../core/instant-in-words.js';
import type { Schedule } from '../../core/promotion/schedule.js';
import { LaneScene, type Way } from '../support/lane-scene.js';
import { hold, put, windowOf } from '../support/restriction-people.js';
import { sealText } from '../support/sealed-bundle.js';

const hour = 3_600_000;

let scene: LaneScene;
beforeAll(async () => {
  scene = await LaneScene.start();
});
beforeEach(() => {
  scene.ahead = 0;
});
afterAll(() => scene.close());

type Opened = Way & { readonly id: string };

const inHours = (hours: number): string => new Date(scene.deps.now().getTime() + hours * hour).toISOString();

/** Opens a promotion that somebody has requested with a schedule. */
async function requested(
  product: string,
  text: string,
  schedule: Schedule,
  person = 'dev',
  lane: Way['lane'] = 'gold',
) {
  const way = { product, lane, bundle: await sealText(scene, `${product} ${text}`, { product }) } as const;
  const request = await scene.sign(person, 'request', way, undefined, schedule);
  const { promotionId } = await scene.open(way, undefined, { request });
  return { ...way, id: promotionId };
}

const look = ({ id }: Opened) => scene.advance(id, { type: 'time' });
const phaseOf = async ({ id }: Opened): Promise<string> => (await scene.promotion(id)).state;

describe('a promotion that is scheduled', () => {
  test('waits for its time with one instant to look again, and lets others pass meanwhile', async () => {
    const notBefore = inHours(2);
    const scheduled = await requested('later', 'one', { notBefore });
    const { phase, reason, lookAgainAt } = await look(scheduled);
    expect({ phase, reason, lookAgainAt }).toEqual({
      ...{
        phase: 'QUEUED',
        reason: `every gate passes; scheduled for ${instantInWords(new Date(notBefore))}; opens ${instantInWords(new Date(notBefore))}`,
        lookAgainAt: notBefore,
      },
    });
    const other = await requested('later', 'two', {});
    expect(await phaseOf(other)).toBe('GUARDING');
    for (const step of ['guard', 'deploy', 'verify'] as const) await scene.step(other, step, 1);
    scene.ahead = 2 * hour - 60_000;
    expect(await look(scheduled)).toMatchObject({ phase: 'QUEUED' });
    scene.ahead = 2 * hour + 1;
    expect(await look(scheduled)).toMatchObject({ phase: 'GUARDING' });
  });

  test('opens when the window opens that closes the lane at its time, and nobody knows when under a hold', async () => {
    const ends = new Date(Date.now() + 5 * hour).toISOString().slice(0, 19);
    await sealText(scene, 'nightly', { product: 'nightly' });
    const scheduled = await requested('nightly', 'one', { notBefore: inHours(2) });
    await put(
      scene,
      'dev',
      windowOf('nightly', {
        ...{ kind: 'FREEZE', reason: 'night', zone: 'UTC', products: ['nightly'] },
        ...{ begins: new Date(Date.now() + hour).toISOString().slice(0, 19), ends },
      }),
    );
    expect((await look(scheduled)).lookAgainAt).toBe(`${ends}.000Z`);
    await hold(scene, 'dev', { product: 'nightly' }, 'errors');
    expect((await look(scheduled)).lookAgainAt).toBeUndefined();
  });

  test('that is too late has failed, wherever it waits, and that is attested', async () => {
    const notAfter = inHours(1);
    const gating = await requested('late', 'gating', { notAfter }, 'dev', 'bronze');
    const first = await requested('late', 'first', { notAfter });
    const queued = await requested('late', 'queued', { notAfter });
    expect([await phaseOf(gating), await phaseOf(first), await phaseOf(queued)]).toEqual([
      'GATING',
      'GUARDING',
      'QUEUED',
    ]);
    expect((await look(gating)).lookAgainAt).toBe(notAfter);
    scene.ahead = hour + 1;
    for (const one of [gating, queued, first])
      expect(await look(one)).toMatchObject({
        ...{
          phase: 'FAILED',
          reason: `it had not begun to deploy by ${instantInWords(new Date(notAfter))}`,
          owed: ['attest'],
        },
        error: { code: 'TOO_LATE' },
      });
  });

  test('is not too late once it has begun to deploy', async () => {
    const promotion = await requested('begun', 'one', { notAfter: inHours(1) });
    await scene.step(promotion, 'guard', 1);
    scene.ahead = hour + 1;
    await scene.step(promotion, 'deploy', 1);
    await scene.step(promotion, 'verify', 1);
    expect(await phaseOf(promotion)).toBe('LIVE');
  });
});

describe('the queue of a lane', () => {
  test('is in the order of priorities, then of age', async () => {
    const first = await requested('queue', 'first', {});
    const low = await requested('queue', 'low', { priority: 'low' });
    const normal = await requested('queue', 'normal', {});
    const high = await requested('queue', 'high', { priority: 'high' });
    const order: string[] = [];
    for (let left: Opened[] = [first, low, normal, high]; left.length > 0;) {
      const held = await scene.rows<{ id: string }>(
        "select holder_promotion_id as id from lanes where product = 'queue'",
      );
      const next = left.find(({ id }) => id === held[0]?.id);
      if (next === undefined) throw new Error('nobody has the lane');
      order.push(next === first ? 'first' : next === low ? 'low' : next === normal ? 'normal' : 'high');
      await scene.advance(next.id, { type: 'woken' });
      for (const step of ['guard', 'deploy', 'verify'] as const) await scene.step(next, step, 1);
      left = left.filter((one) => one !== next);
    }
    expect(order).toEqual(['first', 'high', 'normal', 'low']);
  });

  test('lets nobody be more urgent who may not be', async () => {
    await expect(requested('queue', 'hurry', { priority: 'high' }, 'bob')).rejects.toMatchObject({
      code: 'PERMISSION_DENIED',
    });
  });
});

describe('a schedule', () => {
  test.each([
    ['in the past', () => ({ notBefore: inHours(-1) }), 'was in the past when it was signed'],
    [
      'that ends before it begins',
      () => ({ notBefore: inHours(2), notAfter: inHours(1) }),
      'is not later than notBefore',
    ],
    ['too far ahead', () => ({ notBefore: inHours(24 * 400) }), 'is more than 366 days ahead'],
  ])('%s is refused', async (_what, schedule, why) => {
    await expect(requested('wrong', 'one', schedule())).rejects.toMatchObject({ why: expect.stringContaining(why) });
  });

  test('comes with a signed request, and stays, by the rule of the database', async () => {
    const promotion = await requested('kept', 'one', { notBefore: inHours(2) });
    await expect(scene.rows('update promotions set starts_at = null where id = $1', promotion.id)).rejects.toThrow(
      'a schedule comes with a signed request, and stays',
    );
  });
});
