import { stat, readFile } from 'node:fs/promises';
import { basename, relative, resolve } from 'node:path';
import { type FolderDocument, readPolicyFolder } from '../../../adapters/policy-folder.js';
import { LanekeeperError } from '../../../core/errors.js';
import { parseDocument } from '../../../core/governance/parse-document.js';
import type { Context } from '../program/context.js';

/**
 * Reads the documents in files and folders.
 *
 * @throws INVALID_POLICY; INVALID_INPUT when a path cannot be read
 */
export async function readPaths(context: Context, paths: readonly string[]): Promise<readonly FolderDocument[]> {
  const documents: FolderDocument[] = [];
  for (const path of paths) {
    const full = resolve(context.cwd, path);
    const found = await stat(full).catch((error: unknown) => {
      throw new LanekeeperError(
        'INVALID_INPUT',
        {
          message: 'there is no such file or folder',
          object: path,
          next: 'name a file with a policy, or a folder with several',
        },
        { cause: error },
      );
    });
    documents.push(...(found.isDirectory() ? await readPolicyFolder(full) : [await readFileAt(context, full)]));
  }
  return documents;
}

async function readFileAt(context: Context, full: string): Promise<FolderDocument> {
  const text = await readFile(full, 'utf8');
  const path = relative(context.cwd, full) || basename(full);
  const parsed = parseDocument(text, path);
  return { path, file: full, kind: parsed.kind, name: parsed.name, text, parsed };
}
