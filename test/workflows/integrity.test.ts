import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Digest } from '../../core/digest.js';
import { type Engine, startEngine } from '../support/engine.js';
import { failureOf } from '../support/failures.js';
import { attachPreviewCheck, sealText } from '../support/sealed-bundle.js';

let engine: Engine;
beforeAll(async () => {
  engine = await startEngine();
});
afterAll(() => engine.close());

/** Runs SQL that only the superuser of the database may run. */
async function asSuperuser(sql: string, values: readonly unknown[]): Promise<void> {
  const client = new pg.Client({ connectionString: engine.cluster.adminUrl });
  await client.connect();
  try {
    await client.query("set session_replication_role = 'replica'");
    await client.query(sql, [...values]);
  } finally {
    await client.end();
  }
}

describe('tampering is noticed', () => {
  test('a layer changed on disk: the promotion fails at the guard, before anything is switched', async () => {
    const bundle = await sealText(engine, 'layer');
    const rows = await engine.database.transaction('default', (tx) =>
      tx.query<{ digest: string }>('select digest from artifacts where bundle_digest = $1', [bundle]),
    );
    const blob = (digest: string) => join(engine.dataDir, 'blobs', 'sha256', digest.slice(7));
    const image = JSON.parse(await readFile(blob(rows[0]?.digest ?? ''), 'utf8')) as { layers: { digest: string }[] };
    await writeFile(blob(image.layers.at(-1)?.digest ?? ''), 'another application');
    const result = await (await engine.promote({ lane: 'bronze', bundle })).result();
    expect(result).toMatchObject({ state: 'FAILED', reason: expect.stringContaining('blob') });
    const switches = await engine.database.transaction('default', (tx) =>
      tx.query('select 1 from alias_switches where bundle_digest = $1', [bundle]),
    );
    expect(switches).toEqual([]);
  });

  test('a stored manifest changed by a superuser: promoting it fails with BUNDLE_CORRUPT', async () => {
    const bundle = await sealText(engine, 'manifest');
    await asSuperuser('alter table bundles drop constraint if exists bundles_check', []);
    await asSuperuser("update bundles set manifest = replace(manifest, 'manifest', 'munifest') where digest = $1", [
      bundle,
    ]);
    const handle = await engine.promote({ lane: 'bronze', bundle });
    expect(await failureOf(handle.result())).toMatchObject({ type: 'BUNDLE_CORRUPT' });
  });

  test('a failed preview check whose row was changed to claim otherwise: only the signed statement counts', async () => {
    const bundle: Digest = await sealText(engine, 'row');
    await engine.bringTo(bundle, 'bronze');
    const attestation = await attachPreviewCheck(engine, bundle, { failed: true });
    await asSuperuser(`update elements set metadata = '{"result":"PASSED"}' where id = $1`, [
      `attestation/${attestation.id}`,
    ]);
    const handle = await engine.promote({ lane: 'silver', bundle });
    expect(await engine.reached(handle, 'GATING')).toContain('preview-check says FAILED');
  });
});
