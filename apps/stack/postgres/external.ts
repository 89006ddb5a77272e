import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { applicationRole } from '../../../store/migrate.js';
import { readJsonFile, writeJsonFile } from '../../../adapters/files/json-file.js';
import type { Cluster } from './cluster.js';

/**
 * An external PostgreSQL: `adminUrl` is used to migrate and to create the application's role, whose password is kept in
 * the data folder; everything else connects as that role.
 */
export function externalDatabase(
  adminUrl: string,
  dataDir: string,
): Pick<Cluster, 'adminUrl' | 'applicationUrl' | 'applicationPassword'> {
  const file = join(dataDir, 'application-password.json');
  const known = readJsonFile(file);
  const password =
    typeof known === 'object' && known !== null && 'password' in known
      ? String(known.password)
      : randomBytes(24).toString('hex');
  writeJsonFile(file, { password });
  const applicationUrl = new URL(adminUrl);
  applicationUrl.username = applicationRole;
  applicationUrl.password = password;
  return { adminUrl, applicationUrl: applicationUrl.href, applicationPassword: password };
}
