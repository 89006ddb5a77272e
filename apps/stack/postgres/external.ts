import { join } from 'node:path';
import { whyUnanswered } from '../../../store/provision.js';
import { databaseProcesses } from '../../../store/rights/roles.js';
import { reachableDatabase, type ReachableDatabase, secretsIn } from './roles.js';
import { unreachable } from '../unreachable.js';

/**
 * An external PostgreSQL: `adminUrl` is used to migrate and to create the roles of the processes, whose passwords are
 * kept in the data folder; everything else connects as one of those roles.
 * @throws UNAVAILABLE when it does not answer
 */
export async function externalDatabase(adminUrl: string, dataDir: string): Promise<ReachableDatabase> {
  const cause = await whyUnanswered(adminUrl, 10_000);
  if (cause !== undefined)
    throw unreachable('PostgreSQL', { address: hostOf(adminUrl), variables: 'DATABASE_URL', cause });
  return reachableDatabase(adminUrl, secretsIn(join(dataDir, 'role-passwords.json'), databaseProcesses));
}

/** Without the password. */
function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).host : 'the database of DATABASE_URL';
}
