#!/usr/bin/env node
/**
 * Builds dist/. `--force` builds even if nothing has changed; `--tests` builds the programs that only tests start, in
 * dist/test/. Needs the npm packages: `npm run setup` installs them.
 */
import { buildAll, buildTestPrograms } from './build.mjs';
import { withLock } from '../setup/lock.mjs';
import { describeError, inPart, say } from '../setup/log.mjs';
import { cloneLock } from '../setup/paths.mjs';

try {
  const force = process.argv.includes('--force');
  const build = process.argv.includes('--tests') ? buildTestPrograms : () => buildAll(say, { force });
  await inPart('dist/', () => withLock(cloneLock, 'this clone', build));
} catch (error) {
  say(`FAILED: ${describeError(error)}`);
  process.exitCode = 1;
}
