import { join } from 'node:path';
import { databaseProcesses } from '../../../store/rights/roles.js';
import { reachableDatabase, type ReachableDatabase, secretsIn } from './roles.js';

/**
 * An external PostgreSQL: `adminUrl` is used to migrate and to create the roles of the processes, whose passwords are
 * kept in the data folder; everything else connects as one of those roles.
 */
export function externalDatabase(adminUrl: string, dataDir: string): ReachableDatabase {
  return reachableDatabase(adminUrl, secretsIn(join(dataDir, 'role-passwords.json'), databaseProcesses));
}
