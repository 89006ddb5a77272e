import { access, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * Says beside each token in a data folder for which API it was issued, so that `lane` sends it to no other. The stack has
 * issued them, and its ports can move.
 */
export async function writeTokenOrigins(dataDir: string, apiUrl: string): Promise<void> {
  const folder = join(dataDir, 'identities');
  for (const person of await readdir(folder).catch(() => [])) {
    const token = join(folder, person, 'token');
    const isThere = await access(token).then(
      () => true,
      () => false,
    );
    if (isThere) await writeFile(`${token}.origin`, `${new URL(apiUrl).origin}\n`);
  }
}
