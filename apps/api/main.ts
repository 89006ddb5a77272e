import { Client, Connection } from '@temporalio/client';
import { loadClientConnectConfig } from '@temporalio/envconfig';
import { pino } from 'pino';
import { EvidenceCache } from '../../activities/policy/evidence-cache.js';
import { PolicyBook } from '../../activities/policy/policy-book.js';
import { openFolderStore } from '../../adapters/content-store/folder-store.js';
import { openTenantStores } from '../../adapters/content-store/tenant-stores.js';
import { asLanekeeperError, messageOf } from '../../core/errors.js';
import { connectToEnrolment } from './enrolment/client.js';
import { blobReferences } from '../../store/blob/references.js';
import { openDatabase } from '../../store/database.js';
import { type ApiConfig, readApiConfig } from './config.js';
import { startServer } from './server.js';

const log = pino({ base: { process: 'api' } });

/** Serves the API until the process is told to stop. */
async function main(config: ApiConfig): Promise<void> {
  const { connectionOptions, namespace = 'default' } = loadClientConnectConfig();
  const database = openDatabase({ url: config.databaseUrl });
  // Lazy: the API can answer from PostgreSQL even while Temporal is unavailable.
  const connection = Connection.lazy(connectionOptions);
  const server = await startServer(
    {
      database,
      client: new Client({ connection, namespace }),
      blobs: openTenantStores(openFolderStore(config.blobsDir), blobReferences(database)),
      rules: new PolicyBook(database, config.policyRoots),
      cache: new EvidenceCache(),
      enrolment: connectToEnrolment(config.enrolmentUrl),
      publicOrigins: config.publicOrigins,
      temporalUiUrl: config.temporalUiUrl,
      now: () => new Date(),
    },
    config,
    (error) => log.error({ err: error }, 'an RPC failed unexpectedly'),
  );
  log.info({ port: server.port }, 'the API is listening on loopback');
  process.send?.({ ready: true });
  await new Promise<void>((resolve) => {
    process.once('SIGTERM', resolve);
    process.once('SIGINT', resolve);
  });
  await server.close();
  await database.close();
  await connection.close();
}

try {
  await main(readApiConfig());
  // Exit at once: a call to an unavailable Temporal would be retried on the closed connection and fail in a timer whose
  // errors nobody handles.
  process.exit(0);
} catch (error) {
  log.fatal({ err: error, detail: asLanekeeperError(error)?.detail }, messageOf(error));
  process.exitCode = 1;
}
