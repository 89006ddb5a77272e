import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { listBundles } from '../../store/bundle/list.js';
import { type Database, openDatabase, type Transaction } from '../../store/database.js';
import { listDecisions } from '../../store/decision/list.js';
import { allLanes, countProducts, type LaneFilter, listLanes } from '../../store/lane/list.js';
import type { Page } from '../../store/page.js';
import { listProducts } from '../../store/product/list.js';
import { listPromotions } from '../../store/promotion/list.js';
import { listReleases } from '../../store/release/list.js';
import { type EmbeddedCluster, startCluster } from '../support/embedded-cluster.js';
import { fillProducts, rowsOfProduct } from '../support/many-products.js';

let cluster: EmbeddedCluster;
let admin: pg.Client;
let database: Database;
beforeAll(async () => {
  cluster = await startCluster();
  database = openDatabase({ url: cluster.urls.api });
  admin = new pg.Client({ connectionString: cluster.adminUrl });
  await admin.connect();
});
afterAll(async () => {
  await admin.end();
  await database.close();
  await cluster.close();
});

let there = 0;
/** Fills in the products that are missing until there are so many. */
async function fillUpTo(products: number): Promise<void> {
  if (there < products) await fillProducts(admin, there + 1, products);
  there = Math.max(there, products);
}

/** Runs work in a transaction. @returns its result, and how many queries it made */
async function counted<T>(
  work: (tx: Transaction) => Promise<T>,
): Promise<{ readonly result: T; readonly queries: number }> {
  let queries = 0;
  const result = await database.transaction('default', (tx) =>
    work({
      ...tx,
      query(sql, values) {
        queries += 1;
        return tx.query(sql, values);
      },
    }),
  );
  return { result, queries };
}

const first = { size: 500, token: '' };
const open = { product: '', lane: undefined, openOnly: false };

const lists: Readonly<
  Record<string, { readonly each: number; readonly list: (tx: Transaction) => Promise<Page<unknown>> }>
> = {
  lanes: { each: rowsOfProduct.lanes, list: (tx) => listLanes(tx, allLanes, first) },
  bundles: { each: rowsOfProduct.bundles, list: (tx) => listBundles(tx, '', first) },
  promotions: { each: rowsOfProduct.promotions, list: (tx) => listPromotions(tx, open, first) },
  releases: { each: rowsOfProduct.releases, list: (tx) => listReleases(tx, '', first) },
  decisions: { each: rowsOfProduct.decisions, list: (tx) => listDecisions(tx, '', first) },
  products: { each: 1, list: async (tx) => ({ items: await listProducts(tx), nextToken: '' }) },
};

describe('a list', () => {
  test('is one query, whether there are 1, 3 or 30 products', async () => {
    for (const products of [1, 3, 30]) {
      await fillUpTo(products);
      for (const [name, { each, list }] of Object.entries(lists)) {
        const { result, queries } = await counted(list);
        expect([name, products, result.items.length, queries]).toEqual([name, products, products * each, 1]);
      }
    }
  });

  test('of lanes has them by product, the lowest first, with what is live, what was, and where it is reached', async () => {
    await fillUpTo(2);
    const { result } = await counted((tx) => listLanes(tx, { ...allLanes, product: 'product-000002' }, first));
    expect(result.items.map(({ lane }) => lane)).toEqual(['bronze', 'silver', 'gold']);
    const bundles = await database.transaction('default', (tx) => listBundles(tx, 'product-000002', first));
    const [before, live] = [1, 2].map((v) =>
      bundles.items.find(({ manifest }) => manifest.startsWith(`manifest ${String(v)}`)),
    );
    expect(result.items[1]).toEqual({
      product: 'product-000002',
      lane: 'silver',
      live: {
        bundle: live?.digest,
        revision: live?.revision,
        promotionId: 'product-000002silver2',
        at: expect.any(Date),
        standing: 'SOUND',
        reason: null,
        requester: null,
      },
      previous: before?.digest,
      holder: null,
      fencingToken: 4,
      queued: [],
      open: [],
      serving: { status: 'SERVING', detail: null, bundle: live?.digest },
      endpoints: [{ service: 'web', port: 2008 }],
    });
    expect([before?.liveLanes, live?.liveLanes]).toEqual([[], ['bronze', 'silver', 'gold']]);
  });

  test('of lanes is narrowed to a part of a name, to where a bundle is, and to where something is on its way', async () => {
    await fillUpTo(12);
    const found = async (wanted: Partial<LaneFilter>) => {
      const filter = { ...allLanes, ...wanted };
      const { result } = await counted((tx) => listLanes(tx, filter, first));
      const products = [...new Set(result.items.map(({ product }) => product))];
      expect(await database.transaction('default', (tx) => countProducts(tx, filter))).toBe(products.length);
      return products;
    };
    const { result } = await counted((tx) => listLanes(tx, { ...allLanes, product: 'product-000007' }, first));
    const bundle = result.items[0]!.live!.bundle;
    expect(await found({ text: '00001' })).toContain('product-000010');
    expect(await found({ text: 'PRODUCT-000011' })).toEqual(['product-000011']);
    expect(await found({ text: bundle })).toEqual(['product-000007']);
    expect(await found({ text: bundle.slice(7, 19) })).toEqual(['product-000007']);
    expect(await found({ text: bundle.slice(9, 19) })).toEqual([]);
    // Every bundle of the fixture has the same revision.
    expect((await found({ text: 'aaaaaaa' })).length).toBeGreaterThanOrEqual(12);
    expect(await found({ text: "%' or true --" })).toEqual([]);
    expect(await found({ waitingOnly: true })).toEqual([]);
    await admin.query(`begin; set local session_replication_role = replica;
      update promotions set state = 'GATING', standing = null where id = 'product-000004gold2'; commit`);
    expect(await found({ waitingOnly: true })).toEqual(['product-000004']);
    expect(await found({ waitingOnly: true, text: '000005' })).toEqual([]);
    await admin.query(`begin; set local session_replication_role = replica;
      update promotions set state = 'LIVE', standing = 'SOUND' where id = 'product-000004gold2'; commit`);
  });

  test('of lanes comes in pages of products that neither skip nor repeat one', async () => {
    await fillUpTo(30);
    const seen: string[] = [];
    let token = '';
    do {
      const { items, nextToken } = await database.transaction('default', (tx) =>
        listLanes(tx, allLanes, { size: 7, token }),
      );
      expect(items.length).toBeLessThanOrEqual(21);
      seen.push(...items.map(({ product, lane }) => `${product} ${lane}`));
      token = nextToken;
    } while (token !== '');
    const { result } = await counted((tx) => listLanes(tx, allLanes, first));
    expect(seen).toEqual(result.items.map(({ product, lane }) => `${product} ${lane}`));
    const invalid = Buffer.from("'; --").toString('base64url');
    await expect(
      database.transaction('default', (tx) => listLanes(tx, allLanes, { size: 7, token: invalid })),
    ).rejects.toMatchObject({ code: 'INVALID_INPUT' });
  });
});
