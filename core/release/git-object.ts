import { compareBytes, concatBytes, fromHex, latin1Of, toHex, utf8Of } from '../bytes.js';
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

/** The entries of a tree object. @throws SOURCE_REFUSED when it is not one */
export function parseTree(tree: Uint8Array): readonly TreeEntry[] {
  const entries: TreeEntry[] = [];
  for (let at = 0; at < tree.length;) {
    const space = tree.indexOf(0x20, at);
    const end = space < 0 ? -1 : tree.indexOf(0, space);
    const next = end + 1 + 20;
    if (end < 0 || next > tree.length) throw invalidObject('tree', 'an entry is cut off');
    const mode = latin1Of(tree.subarray(at, space));
    if (!/^[1-7][0-7]{4,5}$/.test(mode)) throw invalidObject('tree', `${JSON.stringify(mode)} is not a mode`);
    entries.push({ mode, name: tree.subarray(space + 1, end), id: toHex(tree.subarray(end + 1, next)) });
    at = next;
  }
  return entries;
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
