import { readFile, stat } from 'node:fs/promises';
import { basename, relative, resolve } from 'node:path';
import {
  findPolicies,
  type FolderDocument,
  type FoundDocuments,
  type UnreadDocument,
} from '../../../adapters/policy-folder.js';
import { asLanekeeperError, LanekeeperError } from '../../../core/errors.js';
import { parseDocument } from '../../../core/governance/parse-document.js';
import { refusalOfAll } from '../../../core/governance/refusals.js';
import type { Context } from '../program/context.js';
import { whyUnreadable } from '../program/why-unreadable.js';

/**
 * Reads the documents in files and folders.
 *
 * @throws INVALID_POLICY with the mistakes of all of them; INVALID_INPUT when a path cannot be read
 */
export async function readPaths(context: Context, paths: readonly string[]): Promise<readonly FolderDocument[]> {
  const { documents, unread } = await findPaths(context, paths);
  if (unread.length === 0) return documents;
  throw refusalOfAll(
    unread.map(({ refusal }) => refusal),
    [],
    paths.join(', '),
  );
}

/** The same, with the files that are no documents beside those that are. @throws INVALID_INPUT */
export async function findPaths(context: Context, paths: readonly string[]): Promise<FoundDocuments> {
  const documents: FolderDocument[] = [];
  const unread: UnreadDocument[] = [];
  for (const path of paths) {
    const full = resolve(context.cwd, path);
    const found = await stat(full).catch((error: unknown) => {
      throw new LanekeeperError(
        'INVALID_INPUT',
        {
          message:
            whyUnreadable(error) === 'it does not exist' ? 'there is no such file or folder' : 'it cannot be read',
          object: path,
          next: 'name a file with a policy, or a folder with several',
        },
        { cause: error },
      );
    });
    const read = found.isDirectory() ? await findPolicies(full) : await readFileAt(context, full);
    documents.push(...read.documents);
    unread.push(...read.unread);
  }
  return { documents, unread };
}

/** @throws INVALID_INPUT when nothing was found, saying where it was looked for */
export function requireSome({ documents, unread }: FoundDocuments, paths: readonly string[]): void {
  if (documents.length > 0 || unread.length > 0) return;
  throw new LanekeeperError('INVALID_INPUT', {
    message: 'there is nothing to read',
    object: paths.join(', '),
    why: 'policies, profiles and promotion definitions were looked for in files NAME.yaml there and in folders below; tests, NAME.test.yaml, are none',
    next: 'name a file or a folder with some',
  });
}

async function readFileAt(context: Context, full: string): Promise<FoundDocuments> {
  const text = await readFile(full, 'utf8');
  const path = relative(context.cwd, full) || basename(full);
  try {
    const parsed = parseDocument(text, path);
    return { documents: [{ path, file: full, kind: parsed.kind, name: parsed.name, text, parsed }], unread: [] };
  } catch (error) {
    const refusal = asLanekeeperError(error);
    if (refusal === undefined) throw error;
    return { documents: [], unread: [{ path, text, refusal }] };
  }
}
