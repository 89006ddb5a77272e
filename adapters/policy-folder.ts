import { readdir, readFile } from 'node:fs/promises';
import { basename, join, relative } from 'node:path';
import { LanekeeperError, messageOf } from '../core/errors.js';
import type { DocumentKind } from '../core/governance/document.js';
import { type ParsedDocument, parseDocument } from '../core/governance/parse-document.js';

/** A document in a folder. */
export interface FolderDocument {
  /** Relative to the folder. */
  readonly path: string;
  /** Where it can be read. */
  readonly file: string;
  readonly kind: DocumentKind;
  readonly name: string;
  readonly text: string;
  readonly parsed: ParsedDocument;
}

/** More than anybody keeps in one folder. */
const maxFiles = 500;

/** How files of policies' own tests end, which stand beside them, and are none. */
export const testSuffix = '.test.yaml';

/**
 * Reads the policies, profiles, promotion definitions and the policy of policies in a folder: every `.yaml` file in it and
 * below, but tests.
 *
 * @throws INVALID_POLICY, CONFIGURATION when the folder cannot be read or two files are the same document
 */
export async function readPolicyFolder(folder: string): Promise<readonly FolderDocument[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch((error: unknown) => {
    throw new LanekeeperError(
      'CONFIGURATION',
      {
        message: 'the folder of policies cannot be read',
        object: folder,
        why: messageOf(error),
        next: 'name another one',
      },
      { cause: error },
    );
  });
  const paths = entries
    .filter((entry) => entry.isFile() && entry.name.endsWith('.yaml') && !entry.name.endsWith(testSuffix))
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
    .sort();
  if (paths.length > maxFiles)
    throw new LanekeeperError('CONFIGURATION', {
      message: `there are more than ${String(maxFiles)} files of policies`,
      object: folder,
      next: 'name a folder with nothing else in it',
    });
  const documents: FolderDocument[] = [];
  for (const path of paths) {
    const file = join(folder, path);
    const text = await readFile(file, 'utf8');
    const parsed = parseDocument(text, path);
    requireOwnName(path, parsed);
    const same = documents.find(({ kind, name }) => kind === parsed.kind && name === parsed.name);
    if (same !== undefined)
      throw new LanekeeperError('CONFIGURATION', {
        message: `${same.path} and ${path} are both ${parsed.kind} ${parsed.name}`,
        object: join(folder, path),
        next: 'give one of them another name',
      });
    documents.push({ path, file, kind: parsed.kind, name: parsed.name, text, parsed });
  }
  return documents;
}

/** A file that is named after one document and is another would surprise whoever looks for it. */
function requireOwnName(path: string, { kind, name }: ParsedDocument): void {
  const file = basename(path, '.yaml');
  if (file === name) return;
  throw new LanekeeperError('INVALID_POLICY', {
    message: `${path} is ${kind} ${name}`,
    object: `${path}:1:1`,
    why: 'a file has the name of its document',
    next: `rename the file to ${name}.yaml, or set metadata.name to ${file}`,
  });
}
