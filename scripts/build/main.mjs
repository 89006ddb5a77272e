#!/usr/bin/env node
/** Builds dist/. `--force` builds even if nothing has changed. Needs the npm packages: `npm run setup` installs them. */
import { buildAll } from './build.mjs';
import { withLock } from '../setup/lock.mjs';
import { describeError, inPart, say } from '../setup/log.mjs';
import { cloneLock } from '../setup/paths.mjs';

try {
  const force = process.argv.includes('--force');
  await inPart('dist/', () => withLock(cloneLock, 'this clone', () => buildAll(say, { force })));
} catch (error) {
  say(`FAILED: ${describeError(error)}`);
  process.exitCode = 1;
}
