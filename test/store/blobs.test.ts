import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { TenantStores } from '../../adapters/content-store/content-store.js';
import { ensureDevelopmentIdentities } from '../../apps/stack/development-identities.js';
import { bringUpToDate } from '../../apps/stack/postgres/bring-up-to-date.js';
import type { Digest } from '../../core/digest.js';
import { digestOf } from '../../core/hash.js';
import { type Database, openDatabase } from '../../store/database.js';
import { openStores } from '../support/blobs.js';
import { type EmbeddedCluster, startCluster } from '../support/embedded-cluster.js';
import { scratchFolder } from '../support/scratch.js';
import { sealText } from '../support/sealed-bundle.js';

let cluster: EmbeddedCluster;
let database: Database;
let admin: pg.Client;
let stores: () => TenantStores;
let report: Digest;
beforeAll(async () => {
  cluster = await startCluster();
  admin = new pg.Client({ connectionString: cluster.adminUrl });
  await admin.connect();
  await admin.query("insert into tenants (id) values ('other')");
  await ensureDevelopmentIdentities(cluster.dataDir, cluster.urls.enrolment);
  database = openDatabase({ url: cluster.databaseUrl, maxConnections: 4 });
  // Each opens anew, without what another remembers.
  stores = () => openStores(cluster.dataDir, database);
  const blobs = stores().of('default');
  await sealText({ database, dataDir: cluster.dataDir, blobs }, 'sealed');
  report = await blobs.put('a report');
});
afterAll(async () => {
  await admin.end();
  await database.close();
  await cluster.close();
});

const refusalOf = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => 'answered',
    (error: unknown) => (error as { detail?: unknown }).detail,
  );

describe('a blob', () => {
  test('is there for each tenant that has stored its bytes, and for no other', async () => {
    const digest = await stores().of('default').put('mine');
    expect((await stores().of('default').get(digest)).toString()).toBe('mine');
    const other = stores().of('other');
    const [foreign, unknown] = [digest, digestOf('nobody has stored this')];
    expect(await other.has(foreign)).toBe(false);
    for (const read of ['get', 'open'] as const) {
      const refused = JSON.stringify(await refusalOf(other[read](foreign)));
      // Word for word what is said about one that does not exist.
      expect(refused.replaceAll(foreign, unknown)).toBe(JSON.stringify(await refusalOf(other[read](unknown))));
    }
    await other.put('mine');
    expect((await stores().of('other').get(digest)).toString()).toBe('mine');
  });

  test('that is gone from the disk is missing for its tenant, and says so', async () => {
    await admin.query("insert into blob_refs (tenant_id, digest, size) values ('default', $1, 4)", [digestOf('lost')]);
    await expect(stores().of('default').get(digestOf('lost'))).rejects.toMatchObject({ code: 'BLOB_MISSING' });
  });

  test('is never taken away from its tenant', async () => {
    for (const sql of [
      'delete from blob_refs',
      "update blob_refs set tenant_id = 'other'",
      'truncate blob_refs cascade',
    ])
      await expect(admin.query(sql)).rejects.toThrow('never changed or deleted');
  });
});

describe('a data folder from before blobs belonged to tenants', () => {
  const bringUp = () => bringUpToDate(cluster, cluster.dataDir);
  const forget = async () => {
    await admin.query("set session_replication_role = 'replica'; delete from blob_refs");
    await admin.query("set session_replication_role = 'origin'");
  };

  test('gives them to the only tenant that has released something, once', async () => {
    await forget();
    expect(await stores().of('default').has(report)).toBe(false);
    expect(await bringUp()).toEqual([
      expect.stringMatching(/^the \d+ blobs in the content store belong to tenant default now$/),
    ]);
    expect(await stores().of('default').has(report)).toBe(true);
    expect(await stores().of('other').has(report)).toBe(false);
    expect(await bringUp()).toEqual([]);
  });

  test('gives to nobody what a tenant that has released nothing yet has stored', async () => {
    await forget();
    const digest = await stores().of('other').put('of the other tenant');
    await bringUp();
    expect(await stores().of('default').has(digest)).toBe(false);
    expect(await stores().of('other').has(digest)).toBe(true);
  });

  test('is left alone where there is none: nothing is given, and nothing said', async () => {
    await forget();
    expect(await bringUpToDate(cluster, await scratchFolder())).toEqual([]);
  });

  test('gives them to nobody when there are several, and says so', async () => {
    await forget();
    await admin.query("set session_replication_role = 'replica'");
    await admin.query(
      'insert into bundles select (jsonb_populate_record(b, \'{"tenant_id":"other"}\')).* from bundles b where tenant_id = \'default\'',
    );
    await admin.query("set session_replication_role = 'origin'");
    expect(await bringUp()).toEqual([
      expect.stringMatching(/^it is not known to which of the tenants default, other the \d+ blobs .* belong/),
    ]);
    for (const tenant of ['default', 'other']) expect(await stores().of(tenant).has(report)).toBe(false);
  });
});
