import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type AliasRouter, startAliasRouter } from '../../apps/router/alias-router.js';
import { registerProduct } from '../../store/product/write.js';
import { addTenant } from '../../store/provision.js';
import { openStores } from '../support/blobs.js';
import { bundleNamed, imageOf, type LaneFixture, startLaneFixture, textService } from '../support/lane-fixture.js';

let lanes: LaneFixture;
let router: AliasRouter;
const closers: (() => Promise<void>)[] = [];

beforeAll(async () => {
  lanes = await startLaneFixture();
  closers.push(() => lanes.close());
  await addTenant(lanes.cluster.adminUrl, 'other');
  await lanes.database.transaction('other', (tx) => registerProduct(tx, { name: 'shop', repository: '/other-shop' }));
  router = await startAliasRouter(lanes.config, () => undefined);
  closers.push(() => router.close());
});
afterAll(async () => {
  for (const close of closers.reverse()) await close();
});

describe('an image that one tenant has stored and that is unpacked', () => {
  it('is not served in a lane of another, until that has stored it, too', async () => {
    const text = textService('mine');
    const service = await imageOf(lanes.store, 'web', text);
    const mine = await lanes.point('bronze', bundleNamed('mine'), [service]);
    expect(await lanes.observed('bronze', mine)).toMatchObject({ status: 'SERVING' });
    const theirs = await lanes.point('bronze', bundleNamed('theirs'), [service], 'other');
    expect(await lanes.observed('bronze', theirs, 'other')).toMatchObject({
      status: 'FAILED',
      detail: expect.stringContaining(`there is no blob ${service.imageDigest}`),
    });
    const own = await imageOf(openStores(lanes.cluster.dataDir, lanes.database).of('other'), 'web', text);
    expect(own).toEqual(service);
    const stored = await lanes.point('bronze', bundleNamed('theirs'), [own], 'other');
    expect(await lanes.observed('bronze', stored, 'other')).toMatchObject({ status: 'SERVING' });
  });

  it('is not served to a tenant that has stored only its manifest', async () => {
    const service = await imageOf(lanes.store, 'web', textService('layers'));
    const mine = await lanes.point('silver', bundleNamed('layers'), [service]);
    expect(await lanes.observed('silver', mine)).toMatchObject({ status: 'SERVING' });
    const other = openStores(lanes.cluster.dataDir, lanes.database).of('other');
    const { config } = JSON.parse((await lanes.store.get(service.imageDigest)).toString()) as {
      readonly config: { readonly digest: typeof service.imageDigest };
    };
    for (const digest of [service.imageDigest, config.digest]) await other.put(await lanes.store.get(digest));
    const theirs = await lanes.point('silver', bundleNamed('guessed'), [service], 'other');
    expect(await lanes.observed('silver', theirs, 'other')).toMatchObject({
      status: 'FAILED',
      detail: expect.stringContaining('there is no blob'),
    });
  });
});
