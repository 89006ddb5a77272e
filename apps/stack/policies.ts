import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type FolderDocument, readPolicyFolder } from '../../adapters/policy-folder.js';
import type { Digest } from '../../core/digest.js';
import { LanekeeperError, messageOf } from '../../core/errors.js';
import { buildBook } from '../../core/governance/build-book.js';
import { problemsOfBook } from '../../core/governance/check-book.js';
import { digestOfText, digestOfVersion, firstVersion } from '../../core/governance/document.js';
import {
  formatPolicyRoots,
  parsePolicyRoots,
  type PolicyRoots,
  policyRootsVariable,
} from '../../core/governance/pins.js';
import { openDatabase } from '../../store/database.js';
import { findInstallation } from '../../store/governance/read.js';
import { installPolicies } from '../../store/governance/write.js';
import { shippedPolicies, type StackConfig } from './config.js';
import type { DatabaseUrls } from './postgres/roles.js';

/** What installing needs. */
export interface InstallOptions {
  /** Connection string of the enrolment role. */
  readonly databaseUrl: string;
  readonly tenants: readonly string[];
  /** The documents that Lanekeeper brings. */
  readonly shipped: string;
  /** Documents in addition to those, or in their place; the same folder if there are none. */
  readonly own: string;
  /** What is pinned already. */
  readonly pinned: PolicyRoots;
}

/**
 * Installs the policies of tenants that have none. What a tenant begins with is never installed again: afterwards rules
 * change by published versions alone.
 *
 * @returns the digest of each tenant's installation
 * @throws INVALID_POLICY; CONFIGURATION when what is in the database is not what is pinned, or nothing is pinned for it
 */
export async function ensurePolicies(options: InstallOptions): Promise<PolicyRoots> {
  const { databaseUrl, tenants, pinned } = options;
  const database = openDatabase({ url: databaseUrl, maxConnections: 1 });
  const roots = new Map<string, Digest>(pinned);
  try {
    for (const tenant of tenants) {
      const stored = await database.transaction(tenant, findInstallation);
      const known = pinned.get(tenant);
      if (stored !== undefined && stored.digest !== known) throw notPinned(tenant, known);
      if (stored !== undefined) continue;
      const documents = await installable(options);
      roots.set(tenant, await database.transaction(tenant, (tx) => installPolicies(tx, documents)));
    }
  } finally {
    await database.close();
  }
  return roots;
}

/** What Lanekeeper brings, with what is in the folder of its own instead of that or in addition. */
async function installable({ shipped, own }: InstallOptions): Promise<readonly FolderDocument[]> {
  const documents = new Map((await readPolicyFolder(shipped)).map((one) => [`${one.kind}/${one.name}`, one]));
  if (own !== shipped) for (const one of await readPolicyFolder(own)) documents.set(`${one.kind}/${one.name}`, one);
  const all = [...documents.values()];
  const book = buildBook(
    all.map(({ parsed, text, kind, name }) => ({
      ...{ parsed, version: 1 },
      digest: digestOfVersion(firstVersion({ kind, name, content: digestOfText(text) })),
    })),
  );
  const problems = problemsOfBook(book);
  if (problems.length === 0) return all;
  throw new LanekeeperError('INVALID_POLICY', {
    message: 'the policies do not fit together',
    object: own,
    why: problems.join('\n'),
    next: 'correct them: lane policy lint shows the same',
  });
}

function notPinned(tenant: string, known: Digest | undefined): LanekeeperError {
  return new LanekeeperError('CONFIGURATION', {
    message:
      known === undefined
        ? `nothing is pinned for the policies of tenant ${tenant}`
        : `the policies that tenant ${tenant} began with are not those that are pinned`,
    object: `tenant ${tenant}`,
    why: 'the database says what was installed, and only a digest that is kept elsewhere can prove it',
    next: `set ${policyRootsVariable} to what was said when they were installed, or restore the database`,
  });
}

/**
 * Installs what is missing in a database that is up to date, and pins it in the data folder.
 *
 * @returns what is pinned
 */
export async function installAndPin(
  { dataDir, policiesDir, policyRoots }: Pick<StackConfig, 'dataDir' | 'policiesDir' | 'policyRoots'>,
  urls: Pick<DatabaseUrls, 'control' | 'enrolment'>,
): Promise<PolicyRoots> {
  const control = openDatabase({ url: urls.control, maxConnections: 1 });
  const tenants = await control.tenants().finally(() => control.close());
  const pinned = await readPolicyRoots(dataDir, policyRoots);
  const roots = await ensurePolicies({
    ...{ databaseUrl: urls.enrolment, tenants, pinned },
    ...{ shipped: shippedPolicies, own: policiesDir },
  });
  await writePolicyRoots(dataDir, roots);
  return roots;
}

const fileName = 'policy-roots';

/** What is pinned in a data folder and in the environment, which has the last word. @throws CONFIGURATION */
async function readPolicyRoots(dataDir: string, given: string | undefined): Promise<PolicyRoots> {
  const stored = await readFile(join(dataDir, fileName), 'utf8').catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return '';
    throw new LanekeeperError('CONFIGURATION', { message: messageOf(error), object: join(dataDir, fileName) });
  });
  return new Map([...parsePolicyRoots(stored.trim()), ...parsePolicyRoots(given ?? '')]);
}

/** Pins what was installed in a data folder. */
async function writePolicyRoots(dataDir: string, roots: PolicyRoots): Promise<void> {
  const path = join(dataDir, fileName);
  await writeFile(`${path}.new`, `${formatPolicyRoots(roots)}\n`, { mode: 0o600 });
  await rename(`${path}.new`, path);
}
