import { cpus } from 'node:os';
import { generateKeyPair, keyIdOf, loadSigner } from '../adapters/sigstore/keys.js';
import type { StatementSigner } from '../core/signature/ports.js';
import type { TenantStores } from '../adapters/content-store/content-store.js';
import { ensureDevelopmentIdentities } from '../apps/stack/development-identities.js';
import type { Digest } from '../core/digest.js';
import { subjectOf } from '../core/evidence/statement.js';
import { evidencePerSigner } from '../core/policy/evidence.js';
import { type Database, openDatabase } from '../store/database.js';
import { evidenceOfBundle } from '../store/evidence/read.js';
import { enrolKey } from '../store/identity/keys.js';
import { ensurePrincipal } from '../store/identity/write.js';
import { openStores } from '../test/support/blobs.js';
import { type EmbeddedCluster, startCluster } from '../test/support/embedded-cluster.js';
import { attach, sealText, testResult } from '../test/support/sealed-bundle.js';

/** PostgreSQL and a content store with one bundle, whose evidence can grow. */
export interface RoundFixture {
  readonly database: Database;
  readonly stores: TenantStores;
  readonly bundle: Digest;
  readonly dataDir: string;
  readonly cluster: Pick<EmbeddedCluster, 'urls'>;
  readonly environment: {
    readonly cores: number;
    readonly processor: string;
    readonly platform: string;
    readonly node: string;
    readonly postgres: string;
  };
  /** Attaches previews by as many people as it takes for a round to read all of them. */
  growTo(attestations: number): Promise<void>;
  close(): Promise<void>;
}

/** Starts it in a folder that is removed afterwards. */
export async function startRoundFixture(): Promise<RoundFixture> {
  const cluster = await startCluster();
  await ensureDevelopmentIdentities(cluster.dataDir, cluster.urls.enrolment);
  const database = openDatabase({ url: cluster.databaseUrl, maxConnections: 4 });
  const stores = openStores(cluster.dataDir, database);
  const tools = { database, dataDir: cluster.dataDir, blobs: stores.of('default') };
  const bundle = await sealText(tools, 'round');
  const [version] = await database.transaction('default', (tx) =>
    tx.query<{ server_version: string }>('show server_version'),
  );
  let signer: StatementSigner | undefined;
  let signedBy = 0;
  return {
    database,
    stores,
    bundle,
    cluster,
    dataDir: cluster.dataDir,
    environment: {
      cores: cpus().length,
      processor: cpus()[0]?.model.trim() ?? 'unknown',
      platform: `${process.platform} ${process.arch}`,
      node: process.versions.node,
      postgres: version?.server_version ?? 'unknown',
    },
    async growTo(attestations) {
      const attached = await database.transaction('default', (tx) => evidenceOfBundle(tx, bundle));
      for (let count = attached.length; count < attestations; count += 1) {
        if (signer === undefined || signedBy === evidencePerSigner) {
          signer = await enrolTester(database, `tester-${String(count)}`);
          signedBy = 0;
        }
        signedBy += 1;
        const about = [subjectOf('shop', bundle)];
        await attach(
          tools,
          await testResult(tools, about, { url: `http://127.0.0.1:1/${String(count)}` }),
          signer,
          'bundle',
        );
      }
    },
    async close() {
      await database.close();
      await cluster.close();
    },
  };
}

async function enrolTester(database: Database, name: string): Promise<StatementSigner> {
  const { privateKeyPem, publicKeyPem } = generateKeyPair();
  await database.transaction('default', async (tx) => {
    await ensurePrincipal(tx, { name, kind: 'human', displayName: name, roles: ['qa'] });
    const keyId = keyIdOf(publicKeyPem);
    await enrolKey(tx, { keyId, principal: name, purpose: 'person', publicKeyPem, by: 'the benchmark' });
  });
  return loadSigner(privateKeyPem);
}
