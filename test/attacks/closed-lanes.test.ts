import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { hexOf } from '../../core/digest.js';
import { eventsWithIds } from '../../store/event/read.js';
import { restrictionsVersion } from '../../store/restriction/read.js';
import { LaneScene, type Way } from '../support/lane-scene.js';
import { hold, put, recall, retire, windowOf } from '../support/restriction-people.js';
import { sealText } from '../support/sealed-bundle.js';
import { wakeupsOf } from '../../workers/wake-ups.js';

let scene: LaneScene;
beforeAll(async () => {
  scene = await LaneScene.start();
});
afterAll(() => scene.close());

type Opened = Way & { readonly id: string };

const sealed = async (product: string, text: string): Promise<Way> => ({
  ...{ product, lane: 'gold' },
  bundle: await sealText(scene, `${product} ${text}`, { product }),
});

async function opened(product: string, text: string): Promise<Opened> {
  const way = await sealed(product, text);
  return { ...way, id: (await scene.open(way)).promotionId };
}

async function hotfix(way: Way): Promise<Opened & { readonly kind: 'HOTFIX' }> {
  const request = await scene.sign('carol', 'hotfix', way, undefined, { comment: 'people cannot log in' });
  const { promotionId } = await scene.open(way, undefined, { kind: 'HOTFIX', request });
  return { ...way, kind: 'HOTFIX', id: promotionId };
}

const woken = ({ id }: Opened) => scene.advance(id, { type: 'woken' });
const phaseOf = async ({ id }: Opened): Promise<string> => (await scene.promotion(id)).state;

describe('a promotion that loses its lane to a hotfix', () => {
  test('is told that it was a hotfix, and is woken by it', async () => {
    const first = await opened('loses', 'first');
    const fix = await hotfix(await sealed('loses', 'fix'));
    const moves = await scene.rows<{ data: object }>(
      `select e.data from method_events e join event_subjects s on s.tenant_id = e.tenant_id and s.event_id = e.id
        where s.id = $1 and e.type = 'promotion.transitioned' and e.data ->> 'from' = 'GUARDING'`,
      first.id,
    );
    expect(moves).toEqual([
      {
        data: { from: 'GUARDING', to: 'QUEUED', reason: 'the lane was given to a hotfix; queued again', by: fix.id },
      },
    ]);
  });
});

describe('a request for a hotfix', () => {
  test('starts one, however often it is sent, also after that has ended', async () => {
    const way = await sealed('replayed', 'fix');
    const request = await scene.sign('carol', 'hotfix', way, undefined, { comment: 'people cannot log in' });
    const { promotionId } = await scene.open(way, undefined, { kind: 'HOTFIX', request });
    const again = () => scene.open(way, undefined, { kind: 'HOTFIX', request });
    await expect(again()).rejects.toMatchObject({ code: 'DECISION_REPLAYED' });
    await recall(scene, 'carol', 'replayed', way.bundle, 'it leaks');
    expect(await woken({ ...way, id: promotionId })).toMatchObject({ phase: 'FAILED' });
    await retire(scene, 'dev', { kind: 'recall', name: hexOf(way.bundle) });
    await expect(again()).rejects.toMatchObject({ code: 'DECISION_REPLAYED' });
    expect(await scene.rows("select id from promotions where product = 'replayed'")).toHaveLength(1);
  });
});

describe('a window that is about another product from now on', () => {
  const freeze = (products?: readonly string[]) =>
    windowOf('moves', {
      ...{ kind: 'FREEZE', reason: 'audit', zone: 'UTC', begins: '2026-06-01T00:00', ends: '2035-01-01T00:00' },
      ...(products !== undefined && { products }),
    });

  /** Who is woken by the newest event. */
  const wokenByNewest = () =>
    scene.in(async (tx) => {
      const [newest] = await tx.query<{ id: number }>(
        'select max(id)::int as id from method_events where tenant_id = $1',
        [tx.tenant],
      );
      const [event] = await eventsWithIds(tx, [newest!.id]);
      return (await wakeupsOf(tx, event!)).map(({ workflowId }) => workflowId);
    });

  test.each([
    ['one product', ['left']],
    ['all', undefined],
  ])('and was about %s wakes what waits in those that it has left', async (_what, before) => {
    await sealed('right', 'product');
    await sealed('left', 'product');
    await put(scene, 'dev', freeze(before));
    const waits = await opened('left', `before ${String(before)}`);
    expect(await phaseOf(waits)).toBe('QUEUED');
    await put(scene, 'dev', freeze(['right']));
    expect(await wokenByNewest()).toContain((await scene.promotion(waits.id)).workflowId);
  });

  test('changes what whoever watches a promotion is told, although what is left is newer', async () => {
    const key = { product: 'left', lane: 'gold' } as const;
    await put(scene, 'dev', freeze(['left']));
    await hold(scene, 'dev', { product: 'left' }, 'errors');
    const before = await scene.in((tx) => restrictionsVersion(tx, key));
    await put(scene, 'dev', freeze(['right']));
    expect(await scene.in((tx) => restrictionsVersion(tx, key))).not.toBe(before);
    await retire(scene, 'dev', { kind: 'hold', name: 'left' });
  });
});

describe('a promotion that waits for a window of some roles', () => {
  test.each(['roles.withdrawn', 'roles.granted'] as const)('is woken by %s', async (type) => {
    const way = await sealed('roles', type);
    const some = { kind: 'FREEZE', reason: 'audit', zone: 'UTC', begins: '2026-06-01T00:00', ends: '2035-01-01T00:00' };
    await put(
      scene,
      'dev',
      windowOf('roles', { ...some, kind: 'FREEZE', products: ['roles'], invokers: ['role:release-manager'] }),
    );
    const request = await scene.sign('carol', 'request', way);
    const waits = { ...way, id: (await scene.open(way, undefined, { request })).promotionId };
    expect(await phaseOf(waits)).toBe('QUEUED');
    const { workflowId } = await scene.promotion(waits.id);
    const occurred = { position: { transactionId: '0', eventId: 0 }, product: null, lane: null, actor: null };
    const event = { ...occurred, type, occurredAt: new Date(), data: { principal: 'carol' } };
    expect((await scene.in((tx) => wakeupsOf(tx, event))).map((wakeup) => wakeup.workflowId)).toContain(workflowId);
  });
});

describe('a lane whose hold is lifted', () => {
  test('is granted once the hold is lifted, whoever of those that wait looks first', async () => {
    const first = await opened('lifted', 'first');
    const second = await opened('lifted', 'second');
    const held = { product: 'lifted' };
    await hold(scene, 'dev', held, 'errors');
    await woken(second);
    expect([await phaseOf(first), await phaseOf(second)]).toEqual(['QUEUED', 'QUEUED']);
    await retire(scene, 'dev', { kind: 'hold', name: 'lifted' });
    await Promise.all([woken(second), woken(first), woken(second), woken(first)]);
    await woken(first);
    expect(['GUARDING', 'DEPLOYING']).toContain(await phaseOf(first));
    expect(await phaseOf(second)).toBe('QUEUED');
  });
});

describe('holds and moves at the same time', () => {
  test('never stand in each other’s way, and end with nobody in the lane', async () => {
    const all = [await opened('race', 'a'), await opened('race', 'b'), await opened('race', 'c')];
    await Promise.all([
      hold(scene, 'dev', { product: 'race' }, 'one'),
      put(
        scene,
        'dev',
        windowOf('race', {
          ...{ kind: 'FREEZE', reason: 'audit', zone: 'UTC', begins: '2026-06-01T00:00', ends: '2035-01-01T00:00' },
          ...{ products: ['race'], inFlight: 'PAUSE' },
        }),
      ),
      ...all.flatMap((one) => [woken(one), woken(one)]),
    ]);
    await Promise.all(all.map(woken));
    expect(await Promise.all(all.map(phaseOf))).toEqual(['QUEUED', 'QUEUED', 'QUEUED']);
    const [lane] = await scene.rows("select holder_promotion_id as holder from lanes where product = 'race'");
    expect(lane).toEqual({ holder: null });
  });
});
