import { readdir, readFile } from 'node:fs/promises';
import { basename, join, relative } from 'node:path';
import { asLanekeeperError, LanekeeperError, messageOf } from '../core/errors.js';
import type { DocumentKind } from '../core/governance/document.js';
import { type ParsedDocument, parseDocument } from '../core/governance/parse-document.js';
import { refusalOfAll } from '../core/governance/refusals.js';

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

/** A file that cannot be read as a document, and why not. */
export interface UnreadDocument {
  readonly path: string;
  readonly text: string;
  readonly refusal: LanekeeperError;
}

/** What is in files: documents, and what cannot be read as one. */
export interface FoundDocuments {
  readonly documents: readonly FolderDocument[];
  readonly unread: readonly UnreadDocument[];
}

/**
 * Reads the policies, profiles, promotion definitions and the policy of policies in a folder: every `.yaml` file in it and
 * below, but tests.
 *
 * @throws INVALID_POLICY with the mistakes of all files, CONFIGURATION when the folder cannot be read or two files are the
 *   same document
 */
export async function readPolicyFolder(folder: string): Promise<readonly FolderDocument[]> {
  const { documents, unread } = await findPolicies(folder);
  if (unread.length === 0) return documents;
  throw refusalOfAll(
    unread.map(({ refusal }) => refusal),
    [],
    folder,
  );
}

/** The same, with the files that are no documents beside those that are. @throws CONFIGURATION when it cannot be read */
export async function findPolicies(folder: string): Promise<FoundDocuments> {
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
  const unread: UnreadDocument[] = [];
  for (const path of paths) {
    const file = join(folder, path);
    const text = await readFile(file, 'utf8');
    try {
      const parsed = parseDocument(text, path);
      requireOwnName(path, parsed);
      requireOther(file, path, parsed, documents);
      documents.push({ path, file, kind: parsed.kind, name: parsed.name, text, parsed });
    } catch (error) {
      const refusal = asLanekeeperError(error);
      if (refusal === undefined) throw error;
      unread.push({ path, text, refusal });
    }
  }
  return { documents, unread };
}

function requireOther(file: string, path: string, { kind, name }: ParsedDocument, read: readonly FolderDocument[]) {
  const same = read.find((one) => one.kind === kind && one.name === name);
  if (same === undefined) return;
  throw new LanekeeperError('CONFIGURATION', {
    message: `${same.path} and ${path} are both ${kind} ${name}`,
    object: file,
    next: 'give one of them another name',
  });
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
