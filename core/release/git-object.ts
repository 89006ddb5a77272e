import { compareBytes, concatBytes, fromHex, utf8Of } from '../bytes.js';
import { LanekeeperError } from '../errors.js';
import { type GrowingHash, type Hashing, portableHashing } from '../hash.js';

/** The kinds of git objects that a release reads. */
export type GitObjectType = 'blob' | 'commit' | 'tree';

/** What a tree may hold: a file, an executable file, a symbolic link, a folder. */
export const gitModes = { file: '100644', executable: '100755', link: '120000', folder: '40000' } as const;

/** One entry of a tree, as it is hashed. */
export interface TreeEntry {
  readonly mode: string;
  readonly name: Uint8Array;
  /** 40 hex digits. */
  readonly id: string;
}

/** The name of a git object: the sha1 of its type, its length and its bytes. */
export function gitObjectId(type: GitObjectType, bytes: Uint8Array, hashing?: Hashing): string {
  return gitObjectHash(type, bytes.length, hashing).update(bytes).digest();
}

/** The hash that names an object of this length, for one that is not held in memory: its bytes are still to be added. */
export function gitObjectHash(type: GitObjectType, length: number, hashing: Hashing = portableHashing): GrowingHash {
  return hashing.sha1().update(utf8Of(`${type} ${String(length)}\0`));
}

/** The name of the tree with these entries, in whatever order they are given. */
export function treeId(entries: readonly TreeEntry[]): string {
  const sorted = entries.map((entry) => ({ ...entry, key: sortKey(entry) })).sort((a, b) => compareBytes(a.key, b.key));
  const bytes = sorted.flatMap(({ mode, name, id }) => [utf8Of(`${mode} `), name, nul, fromHex(id)]);
  return gitObjectId('tree', concatBytes(bytes));
}

/** The refusal of bytes that are not the object that they should be. */
export function invalidObject(type: GitObjectType, why: string): LanekeeperError {
  return new LanekeeperError('SOURCE_REFUSED', {
    message: `this is not a valid ${type} of git`,
    why,
    next: 'check the repository: git fsck --full',
  });
}

const nul = new Uint8Array([0]);

/** Git orders folders as if their names ended with a slash. */
function sortKey({ mode, name }: TreeEntry): Uint8Array {
  return mode === gitModes.folder ? concatBytes([name, utf8Of('/')]) : name;
}
