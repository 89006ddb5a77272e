import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { readCalendar } from '../../apps/api/restriction/calendar.js';
import { shortId } from '../../core/ids.js';
import type { Lane } from '../../core/lanes.js';
import type { Schedule } from '../../core/promotion/schedule.js';
import { LaneScene } from '../support/lane-scene.js';
import { sealText } from '../support/sealed-bundle.js';

const hour = 3_600_000;

let scene: LaneScene;
beforeAll(async () => {
  scene = await LaneScene.start();
});
afterAll(() => scene.close());

const inHours = (hours: number): string =>
  new Date(Math.floor(Date.now() / 1_000) * 1_000 + hours * hour).toISOString();

async function requested(product: string, lane: Lane, schedule: Schedule) {
  const way = { product, lane, bundle: await sealText(scene, `${product} ${lane}`, { product }) } as const;
  const request = await scene.sign('dev', 'request', way, undefined, schedule);
  const { promotionId } = await scene.open(way, undefined, { request });
  return { ...way, id: promotionId };
}

/** What the calendar of a week says of promotions. */
async function waitingIn(product: string, lane?: Lane) {
  const [from, to] = [new Date(Date.now() - 24 * hour), new Date(Date.now() + 6 * 24 * hour)];
  const { entries } = await scene.in((tx) => readCalendar(tx, { product, lane, from, to }));
  return entries.map((entry) => ({
    ...{ kind: entry.kind, key: entry.key, gate: entry.gate, title: entry.title, owner: entry.owner },
    ...{ from: entry.from.toISOString(), to: entry.to?.toISOString() },
  }));
}

describe('the calendar', () => {
  test('has a promotion that is scheduled until it has begun', async () => {
    const notBefore = inHours(2);
    const { id, bundle } = await requested('later', 'gold', { notBefore });
    const said = {
      kind: 'SCHEDULED',
      key: id,
      owner: 'dev',
      title: `${shortId(bundle)} to gold begins at the earliest`,
    };
    expect(await waitingIn('later')).toEqual([{ ...said, gate: undefined, from: notBefore, to: notBefore }]);
    expect(await waitingIn('later', 'silver')).toEqual([]);
    scene.ahead = 2 * hour + 60_000;
    await scene.advance(id, { type: 'time' });
    scene.ahead = 0;
    expect(await waitingIn('later')).toEqual([]);
  });

  test('has until when a promotion may begin, and by when it must have', async () => {
    const [notBefore, notAfter] = [inHours(2), inHours(5)];
    await requested('bounded', 'gold', { notBefore, notAfter });
    await requested('bounded', 'bronze', { notAfter });
    const found = await waitingIn('bounded');
    expect(found.map(({ from, to, title }) => [from, to, title.replace(/^\S+ /, '')])).toEqual([
      [notBefore, notAfter, 'to gold may begin'],
      [notAfter, notAfter, 'to bronze must have begun'],
    ]);
  });

  test('has a gate that time alone opens, with its end, and not one that waits for people', async () => {
    const { id, bundle } = await requested('soaking', 'silver', {});
    expect(await waitingIn('soaking')).toEqual([]);
    const opensAt = inHours(3);
    // What a round with a soak records.
    await scene.rows(
      `insert into gate_rounds (tenant_id, promotion_id, round, policy_digest, outcome, reason, evaluated_at, recheck_at)
       select tenant_id, promotion_id, round + 1, policy_digest, outcome, reason, now(), $2 from gate_rounds where promotion_id = $1`,
      ...[id, opensAt],
    );
    await scene.rows(
      `insert into check_runs (tenant_id, promotion_id, round, gate_id, verdict, severity, explanation, waits_for, evaluated_at, recheck_at)
       select tenant_id, promotion_id, round, 'soak', 'PENDING', 'BLOCKING', 'it soaks', 'time', evaluated_at, recheck_at
         from gate_rounds where promotion_id = $1 and round = 2`,
      id,
    );
    await scene.rows('update promotions set gate_round = 2 where id = $1', id);
    const [soak, ...more] = await waitingIn('soaking', 'silver');
    expect(more).toEqual([]);
    expect(soak).toMatchObject({
      kind: 'SOAK',
      key: id,
      gate: 'soak',
      title: `${shortId(bundle)} to silver waits for soak`,
      to: opensAt,
    });
  });
});
