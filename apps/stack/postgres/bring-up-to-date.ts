import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { digestOfHex } from '../../../core/digest.js';
import { hasReferences } from '../../../store/blob/read.js';
import { referTo, type SizedBlob } from '../../../store/blob/write.js';
import { listBundles } from '../../../store/bundle/list.js';
import { openDatabase } from '../../../store/database.js';
import { migrate } from '../../../store/migrate.js';
import type { ReachableDatabase } from './roles.js';

/** How many references are written at once. */
const batch = 1_000;

/**
 * Migrates the database of a data folder. Blobs from before they belonged to tenants become those of the only tenant that
 * has released something.
 *
 * @returns what was done, for the log
 */
export async function bringUpToDate(database: ReachableDatabase, dataDir: string): Promise<readonly string[]> {
  const applied = await migrate(database.adminUrl, database.passwords);
  const adopted = await adoptBlobs(database.urls.control, dataDir);
  return [
    ...(applied.length === 0 ? [] : [`database: applied ${applied.join(', ')}`]),
    ...(adopted === undefined ? [] : [adopted]),
  ];
}

/**
 * Adopts blobs while no tenant refers to any: they are from before references. As soon as one tenant has stored something,
 * bytes in the folder may be its own, and nobody else is given them.
 */
async function adoptBlobs(databaseUrl: string, dataDir: string): Promise<string | undefined> {
  const database = openDatabase({ url: databaseUrl, maxConnections: 1 });
  try {
    const blobs = await blobsIn(join(dataDir, 'blobs', 'sha256'));
    if (blobs.length === 0) return undefined;
    const releasing: string[] = [];
    for (const tenant of await database.tenants()) {
      const found = await database.transaction(tenant, async (tx) => ({
        hasReleased: (await listBundles(tx, '', { size: 1, token: '' })).items.length > 0,
        hasBlobs: await hasReferences(tx),
      }));
      if (found.hasBlobs) return undefined;
      if (found.hasReleased) releasing.push(tenant);
    }
    const [owner] = releasing;
    if (owner === undefined) return undefined;
    if (releasing.length > 1)
      return `it is not known to which of the tenants ${releasing.join(', ')} the ${String(blobs.length)} blobs in the content store belong: what they need has to be released again`;
    await database.transaction(owner, async (tx) => {
      for (let at = 0; at < blobs.length; at += batch) await referTo(tx, blobs.slice(at, at + batch));
    });
    return `the ${String(blobs.length)} blobs in the content store belong to tenant ${owner} now`;
  } finally {
    await database.close();
  }
}

async function blobsIn(folder: string): Promise<readonly SizedBlob[]> {
  const names = await readdir(folder).catch(() => []);
  const blobs = names.filter((name) => /^[0-9a-f]{64}$/.test(name));
  return Promise.all(
    blobs.map(async (name) => ({ digest: digestOfHex(name), size: (await stat(join(folder, name))).size })),
  );
}
