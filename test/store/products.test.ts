import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { type Database, openDatabase, type Transaction } from '../../store/database.js';
import { requireProduct } from '../../store/product/read.js';
import { allowedRepositories, allowRepository, disallowRepository } from '../../store/product/repositories.js';
import { rebindProduct, registerProduct } from '../../store/product/write.js';
import { ensureDevelopmentIdentities } from '../../apps/stack/development-identities.js';
import { type EmbeddedCluster, startCluster } from '../support/embedded-cluster.js';

let cluster: EmbeddedCluster;
let database: Database;
beforeAll(async () => {
  cluster = await startCluster();
  await ensureDevelopmentIdentities(cluster.dataDir, cluster.urls.enrolment);
  database = openDatabase({ url: cluster.databaseUrl, maxConnections: 4 });
}, 300_000);
afterAll(async () => {
  await database.close();
  await cluster.close();
});

const inTenant = <T>(work: (tx: Transaction) => Promise<T>) => database.transaction('default', work);

let name: string;
beforeEach(async () => {
  name = `shop-${crypto.randomUUID().slice(0, 8)}`;
  await inTenant((tx) => registerProduct(tx, { name, repository: '/srv/git/shop', by: 'dev' }));
});

async function events(): Promise<readonly object[]> {
  return inTenant((tx) =>
    tx.query('select type, actor, data from method_events where product = $1 order by id', [name]),
  );
}

const repository = async () => (await inTenant((tx) => requireProduct(tx, name))).repository;

describe('a product', () => {
  test('is bound to the repository that it was registered with', async () => {
    await inTenant((tx) => registerProduct(tx, { name, repository: '/srv/git/shop' }));
    await expect(inTenant((tx) => registerProduct(tx, { name, repository: '/evil' }))).rejects.toMatchObject({
      code: 'WRONG_REPOSITORY',
      message: expect.stringContaining('is released from /srv/git/shop, not from /evil'),
      next: expect.stringContaining(`lane product rebind ${name} --repository /evil`),
    });
    expect(await repository()).toBe('/srv/git/shop');
    expect(await events()).toHaveLength(1);
  });

  test('is bound to another one by an act that is on record, with who did it and why', async () => {
    const to = { name, repository: 'https://git.example.com/shop.git', reason: 'it has moved', by: 'carol' };
    await inTenant((tx) => rebindProduct(tx, to));
    await inTenant((tx) => rebindProduct(tx, to));
    expect(await repository()).toBe(to.repository);
    expect((await events()).slice(1)).toEqual([
      {
        type: 'product.rebound',
        actor: 'carol',
        data: { from: '/srv/git/shop', to: to.repository, reason: 'it has moved' },
      },
    ]);
  });

  test('that does not exist is bound to nothing', async () => {
    const absent = { name: 'absent', repository: '/x', reason: 'x', by: 'carol' };
    await expect(inTenant((tx) => rebindProduct(tx, absent))).rejects.toMatchObject({ code: 'UNKNOWN_PRODUCT' });
  });
});

describe('the repositories that a tenant allows', () => {
  test('are the only ones that products are registered with, bound to and released from', async () => {
    await inTenant((tx) => allowRepository(tx, 'https://git.example.com/team/*', 'carol'));
    try {
      for (const work of [
        (tx: Transaction) => registerProduct(tx, { name: `${name}-new`, repository: '/srv/git/new' }),
        (tx: Transaction) => registerProduct(tx, { name, repository: '/srv/git/shop' }),
        (tx: Transaction) => rebindProduct(tx, { name, repository: '/evil', reason: 'x', by: 'carol' }),
      ])
        await expect(inTenant(work)).rejects.toMatchObject({ code: 'WRONG_REPOSITORY' });
      const within = 'https://git.example.com/team/shop';
      await inTenant((tx) => rebindProduct(tx, { name, repository: within, reason: 'x', by: 'carol' }));
      expect(await repository()).toBe(within);
    } finally {
      await inTenant((tx) => disallowRepository(tx, 'https://git.example.com/team/*', 'carol'));
    }
    await inTenant((tx) => registerProduct(tx, { name: `${name}-new`, repository: '/srv/git/new' }));
  });

  test('are those of one tenant, and each change is on record', async () => {
    await inTenant((tx) => allowRepository(tx, '/srv/*', 'carol'));
    await inTenant((tx) => allowRepository(tx, '/srv/*', 'dev'));
    expect(await inTenant(allowedRepositories)).toMatchObject([{ pattern: '/srv/*', allowedBy: 'carol' }]);
    await inTenant((tx) => disallowRepository(tx, '/srv/*', 'dev'));
    expect(await inTenant(allowedRepositories)).toEqual([]);
    const recorded = await inTenant((tx) =>
      tx.query("select type, actor from method_events where data ->> 'pattern' = '/srv/*' order by id"),
    );
    expect(recorded).toEqual([
      { type: 'repository.allowed', actor: 'carol' },
      { type: 'repository.disallowed', actor: 'dev' },
    ]);
  });
});
