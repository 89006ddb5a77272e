import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { LanekeeperError, messageOf } from '../core/errors.js';
import { testSuffix } from './policy-folder.js';

/** The paths of the tests of policies in a folder and below, in order. @throws CONFIGURATION when it cannot be read */
export async function findPolicyTests(folder: string): Promise<readonly string[]> {
  try {
    const entries = await readdir(folder, { recursive: true, withFileTypes: true });
    return entries
      .filter((entry) => entry.isFile() && entry.name.endsWith(testSuffix))
      .map((entry) => join(entry.parentPath, entry.name))
      .sort();
  } catch (error) {
    throw new LanekeeperError(
      'CONFIGURATION',
      {
        ...{ message: 'the folder of policies cannot be read', object: folder },
        ...{ why: messageOf(error), next: 'name another one' },
      },
      { cause: error },
    );
  }
}
