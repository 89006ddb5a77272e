#!/usr/bin/env node
/** Builds dist/. `--force` builds even if nothing has changed. Needs the npm packages: `npm run setup` installs them. */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { buildAll } from './build.mjs';
import { withLock } from '../setup/lock.mjs';
import { describeError, inPart, say } from '../setup/log.mjs';
import { cacheDir, root } from '../setup/paths.mjs';

const name = createHash('sha256').update(root).digest('hex').slice(0, 16);
try {
  const force = process.argv.includes('--force');
  await inPart('dist/', () =>
    withLock(join(cacheDir, 'locks', `clone-${name}`), 'this clone', () => buildAll(say, { force })),
  );
} catch (error) {
  say(`FAILED: ${describeError(error)}`);
  process.exitCode = 1;
}
