import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { openFolderStore } from '../../adapters/content-store/folder-store.js';
import type { ContentStore } from '../../adapters/content-store/content-store.js';
import { verifyStatement } from '../../adapters/sigstore/verify-statement.js';
import { createSignActivities, type SignDeps } from '../../activities/release/sign-activities.js';
import { type Digest, hexOf } from '../../core/digest.js';
import { predicateTypes } from '../../core/evidence/predicate-types.js';
import { statementBytes, statementOf, subjectOf } from '../../core/evidence/statement.js';
import { digestOf } from '../../core/hash.js';
import { type Database, openDatabase } from '../../store/database.js';
import { ensureDevelopmentIdentities } from '../../apps/stack/development-identities.js';
import { type EmbeddedCluster, startCluster } from '../support/embedded-cluster.js';
import { scratchFolder } from '../support/scratch.js';
import { signerOf } from '../support/sealed-bundle.js';

let cluster: EmbeddedCluster;
let database: Database;
beforeAll(async () => {
  cluster = await startCluster();
  await ensureDevelopmentIdentities(cluster.dataDir, cluster.databaseUrl);
  database = openDatabase({ url: cluster.databaseUrl, maxConnections: 8 });
}, 60_000);
afterAll(async () => {
  await database.close();
  await cluster.close();
});

let folder: string;
let blobs: ContentStore;
let deps: SignDeps;
let input: Parameters<ReturnType<typeof createSignActivities>['signStatement']>[0];
beforeEach(async () => {
  folder = await scratchFolder();
  blobs = openFolderStore(folder);
  deps = { blobs, database, signer: await signerOf(cluster.dataDir, 'keys', 'build') };
  const image = await blobs.put(`an image manifest ${folder}`);
  const statement = await blobs.put(
    statementBytes(statementOf(predicateTypes.signature, [subjectOf('web', image)], {})),
  );
  input = { tenant: 'default', statement, producedByRun: 'release/default/shop/x/run', subjectType: 'artifact' };
});

/** The number of attestations and elements for the statement. */
async function registered(statement: Digest): Promise<number> {
  const rows = await database.transaction('default', (tx) =>
    tx.query('select id from attestations where statement_digest = $1', [statement]),
  );
  return rows.length;
}

describe('signing a statement', () => {
  test('registers what verifies', async () => {
    const signed = await createSignActivities(deps).signStatement(input);
    expect(signed).toMatchObject({
      kind: 'signature',
      predicateType: predicateTypes.signature,
      statement: input.statement,
      keyId: deps.signer.keyId,
    });
    expect(verifyStatement(await blobs.get(signed.checksum), [deps.signer.publicKeyPem]).statementDigest).toBe(
      input.statement,
    );
  });

  test('again returns the first signature, although a new one would differ', async () => {
    const { signStatement } = createSignActivities(deps);
    expect(await signStatement(input)).toEqual(await signStatement(input));
    expect(await registered(input.statement)).toBe(1);
  });

  test.each(['sign.stored', 'sign.registered'])(
    'leaves one attestation when it dies at %s and is retried',
    async (point) => {
      const dying = createSignActivities({
        ...deps,
        faultPoint: (name) => {
          if (name === point) throw new Error('the worker died');
        },
      });
      await expect(dying.signStatement(input)).rejects.toThrow('the worker died');
      await createSignActivities(deps).signStatement(input);
      expect(await registered(input.statement)).toBe(1);
    },
  );

  test('by eight workers at once leaves one attestation', async () => {
    const { signStatement } = createSignActivities(deps);
    const all = await Promise.all(Array.from({ length: 8 }, () => signStatement(input)));
    expect(new Set(all.map((one) => one.checksum)).size).toBe(1);
    expect(await registered(input.statement)).toBe(1);
  });

  test('refuses a statement whose bytes were changed', async () => {
    const path = join(folder, 'sha256', hexOf(input.statement));
    await writeFile(path, (await readFile(path, 'utf8')).replace('web', 'wob'));
    await expect(createSignActivities(deps).signStatement(input)).rejects.toMatchObject({
      type: 'BLOB_CORRUPT',
      nonRetryable: true,
    });
  });

  test('refuses a statement about something that does not exist', async () => {
    const statement = await blobs.put(
      statementBytes(statementOf(predicateTypes.signature, [subjectOf('web', digestOf('absent'))], {})),
    );
    const blobsBefore = await readdir(join(folder, 'sha256'));
    await expect(createSignActivities(deps).signStatement({ ...input, statement })).rejects.toMatchObject({
      type: 'BLOB_MISSING',
    });
    expect(await readdir(join(folder, 'sha256'))).toEqual(blobsBefore);
  });

  test('refuses what is not a statement', async () => {
    for (const text of ['hello', '{}', '{"_type":"https://in-toto.io/Statement/v1"}']) {
      await expect(
        createSignActivities(deps).signStatement({ ...input, statement: await blobs.put(text) }),
      ).rejects.toMatchObject({ type: 'EVIDENCE_INVALID' });
    }
  });
});
