import { utf8Of } from '../bytes.js';
import { type TreeEntry, treeId, gitModes } from './git-object.js';

/** A file or link of a commit. */
export interface SourceFile {
  /** From the root of the repository, with `/`. */
  readonly path: string;
  readonly mode: string;
  /** The name of its blob. */
  readonly id: string;
}

/** A folder while it is put together. */
interface Folder {
  readonly folders: Map<string, Folder>;
  readonly entries: TreeEntry[];
}

/** The name of the tree that holds exactly these files. */
export function treeIdOfFiles(files: readonly SourceFile[]): string {
  const root = emptyFolder();
  for (const { path, mode, id } of files) {
    const names = path.split('/');
    const name = names.pop() ?? '';
    folderAt(root, names).entries.push({ mode, name: utf8Of(name), id });
  }
  return idOf(root);
}

function folderAt(root: Folder, names: readonly string[]): Folder {
  return names.reduce((folder, name) => {
    const known = folder.folders.get(name) ?? emptyFolder();
    folder.folders.set(name, known);
    return known;
  }, root);
}

function idOf({ folders, entries }: Folder): string {
  const inner = [...folders].map(([name, folder]) => ({ mode: gitModes.folder, name: utf8Of(name), id: idOf(folder) }));
  return treeId([...entries, ...inner]);
}

function emptyFolder(): Folder {
  return { folders: new Map(), entries: [] };
}
