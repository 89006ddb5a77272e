import { pino } from 'pino';
import { PolicyBook } from '../../activities/policy/policy-book.js';
import { asLanekeeperError, messageOf } from '../../core/errors.js';
import { openDatabase } from '../../store/database.js';
import { type EnrolmentConfig, readEnrolmentConfig } from './config.js';
import { RefusedDrafts } from './policy/refused-drafts.js';
import { startEnrolmentServer } from './server.js';

const log = pino({ base: { process: 'enrolment' } });

/** Takes signed statements about who is who until the process is told to stop. */
async function main(config: EnrolmentConfig): Promise<void> {
  const database = openDatabase({ url: config.databaseUrl, maxConnections: 4 });
  const server = await startEnrolmentServer(
    {
      database,
      rules: new PolicyBook(database, config.policyRoots, { forChanges: true }),
      refusedDrafts: new RefusedDrafts(),
      now: () => new Date(),
    },
    config.port,
    (error) => log.error({ err: error }, 'an RPC failed unexpectedly'),
    config.publicOrigins,
  );
  log.info({ port: server.port }, 'the enrolment process is listening on loopback');
  process.send?.({ ready: true });
  await new Promise<void>((resolve) => {
    process.once('SIGTERM', resolve);
    process.once('SIGINT', resolve);
  });
  await server.close();
  await database.close();
}

try {
  await main(readEnrolmentConfig());
  process.exit(0);
} catch (error) {
  log.fatal({ err: error, detail: asLanekeeperError(error)?.detail }, messageOf(error));
  process.exitCode = 1;
}
