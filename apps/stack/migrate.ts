import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { LanekeeperError } from '../../core/errors.js';
import { formatPolicyRoots, policyRootsVariable } from '../../core/governance/pins.js';
import { parseName } from '../../core/ids.js';
import { addTenant } from '../../store/provision.js';
import { databaseProcesses, databaseRoleOf } from '../../store/rights/roles.js';
import type { StackConfig } from './config.js';
import { enrolFounders, readFounders } from './founders.js';
import { bringUpToDate } from './postgres/bring-up-to-date.js';
import { installAndPin } from './policies.js';
import { externalDatabase } from './postgres/external.js';
import type { DatabaseUrls } from './postgres/roles.js';

/**
 * Prepares a PostgreSQL for processes that are started one by one, on whichever machine: migrates it, gives each process
 * its role, and enrols the first people of a tenant.
 *
 * @returns what to tell the person who runs it
 * @throws CONFIGURATION, INVALID_INPUT, CONFLICT
 */
export async function prepareDatabase(config: StackConfig): Promise<readonly string[]> {
  const { dataDir, externalDatabaseUrl, tenant, foundersFile } = config;
  if (externalDatabaseUrl === undefined)
    throw new LanekeeperError('CONFIGURATION', {
      message: 'there is no database to prepare',
      why: 'DATABASE_URL is not set',
      next: 'set it to the URL of your PostgreSQL, for a role that may create roles and tables',
    });
  if ((tenant === undefined) !== (foundersFile === undefined))
    throw new LanekeeperError('CONFIGURATION', {
      message: 'a tenant is founded by people',
      why: '--tenant and --founders belong together',
      next: 'docs/operating.md has an example of the file',
    });
  const founders = foundersFile === undefined ? [] : await readFounders(resolve(foundersFile));
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const database = await externalDatabase(externalDatabaseUrl, dataDir);
  const done = await bringUpToDate(database, dataDir);
  const said = [
    ...(done.length > 0 ? done : ['the database is up to date']),
    `each process connects as its role (${databaseProcesses.map(databaseRoleOf).join(', ')})`,
    `their passwords are in ${join(dataDir, 'role-passwords.json')}: give each process its own and no other`,
  ];
  if (tenant === undefined) return [...said, await pinnedWords(config, database.urls)];
  const id = parseName(tenant, '--tenant');
  const tokensFolder = join(dataDir, 'tokens', id);
  await addTenant(database.adminUrl, id);
  await enrolFounders(founders, { tenant: id, databaseUrl: database.urls.enrolment, tokensFolder });
  return [
    ...said,
    `tenant ${id} has ${String(founders.length)} principals; the first tokens are in ${tokensFolder}`,
    await pinnedWords(config, database.urls),
  ];
}

/** Installs the policies of tenants that have none, and says what their processes have to be told. */
async function pinnedWords(config: StackConfig, urls: DatabaseUrls): Promise<string> {
  const roots = await installAndPin(config, urls);
  return `policies are installed; the API, the worker of the control queue and the enrolment process are told ${policyRootsVariable}=${formatPolicyRoots(roots)}`;
}
