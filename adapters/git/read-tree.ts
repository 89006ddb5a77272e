import { mkdir, open, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { LanekeeperError } from '../../core/errors.js';
import { gitModes, gitObjectId } from '../../core/release/git-object.js';
import { parseSourcePath, refusedPath } from '../../core/release/source-path.js';
import { type SourceFile, treeIdOfFiles } from '../../core/release/source-tree.js';
import type { ListedFile } from '../archive/list-files.js';
import { nodeHashing } from '../hash/node-hashing.js';
import { type GitContext, lastLine, runGit, runGitOnFiles } from './run-git.js';

/** A file in a tree, with its size in bytes. */
interface SizedFile extends SourceFile {
  readonly size: number;
}

const maxBytes = 512 * 1024 * 1024;
const maxFiles = 100_000;
const lfsPointer = Buffer.from('version https://git-lfs.github.com/spec/v1');

/**
 * Reads the files of a tree out of git's objects, without a checkout: attributes, filters and line endings play no part.
 * Each object is hashed again by our own code, and so is the tree that they make up.
 * @param folder where the files are written, under the names of their objects
 * @throws SOURCE_REFUSED naming the path that cannot be released, or why the whole cannot
 */
export async function readTree(
  clone: string,
  tree: string,
  folder: string,
  context: GitContext,
): Promise<readonly ListedFile[]> {
  const files = await listTree(clone, tree, context);
  if (treeIdOfFiles(files) !== tree)
    throw refused(
      'its files do not make up the tree that it names',
      'commit the files again with a present git: it writes neither empty folders nor old modes',
    );
  await mkdir(folder, { recursive: true });
  const written = await writeObjects(clone, files, folder, context);
  return files.map(({ path, mode, id, size }) => ({
    name: path,
    path: written(id, mode),
    kind: mode === gitModes.link ? 'link' : 'file',
    executable: mode === gitModes.executable,
    size,
  }));
}

async function listTree(clone: string, tree: string, context: GitContext): Promise<readonly SizedFile[]> {
  const result = await runGit(clone, ['ls-tree', '-r', '-z', '-l', '--full-tree', tree], context);
  if (result.exitCode !== 0) throw refused(lastLine(result), 'check the repository: git fsck --full');
  const lines = splitAtNul(result.stdout);
  if (result.truncated || lines.length > maxFiles)
    throw refused(`it holds more than ${String(maxFiles)} files`, 'keep generated files out of the repository');
  const files = lines.map(readLine);
  if (files.reduce((sum, file) => sum + file.size, 0) > maxBytes)
    throw refused('it holds more than 512 MiB', 'keep large files out of the repository');
  return files;
}

/** `<mode> <type> <id> <size>\t<path>` */
function readLine(line: Buffer): SizedFile {
  const tab = line.indexOf(0x09);
  const [mode = '', , id = '', size] = line.subarray(0, tab).toString('latin1').split(/ +/);
  const path = parseSourcePath(line.subarray(tab + 1));
  if (mode === '160000')
    throw refusedPath(path, 'it is a submodule, whose files are not in the commit', 'commit its files instead of it');
  if (mode !== gitModes.file && mode !== gitModes.executable && mode !== gitModes.link)
    throw refusedPath(path, `its mode is ${mode}, which is neither a file nor a link`);
  return { path, mode, id, size: Number(size) };
}

/** Writes the objects of files. @returns where each is */
async function writeObjects(
  clone: string,
  files: readonly SizedFile[],
  folder: string,
  context: GitContext,
): Promise<(id: string, mode: string) => string> {
  const pathOf = (id: string, mode: string): string => join(folder, mode === gitModes.link ? `${id}.link` : id);
  const wanted = new Map(files.map((file) => [pathOf(file.id, file.mode), file]));
  const [input, output] = [join(folder, 'wanted'), join(folder, 'objects')];
  await writeFile(input, [...wanted.values()].map(({ id }) => `${id}\n`).join(''));
  const result = await runGitOnFiles(clone, ['cat-file', '--batch'], { input, output }, context);
  if (result.exitCode !== 0) throw refused(lastLine(result), 'check the repository: git fsck --full');
  const objects = await open(output);
  try {
    let at = 0;
    const read = async (length: number): Promise<Buffer> => {
      const { buffer, bytesRead } = await objects.read(Buffer.alloc(length), 0, length, at);
      at += bytesRead;
      return buffer.subarray(0, bytesRead);
    };
    for (const [path, { id, mode, size, path: name }] of wanted) {
      const header = `${id} blob ${String(size)}\n`;
      const given = (await read(header.length)).toString('latin1');
      const bytes = await read(size);
      await read(1);
      if (given !== header || gitObjectId('blob', bytes, nodeHashing) !== id)
        throw refusedPath(name, `its object is not ${id}`);
      if (mode === gitModes.link) await symlink(targetOf(bytes, name), path);
      else await writeFile(path, requireNoPointer(bytes, name));
    }
  } finally {
    await objects.close();
  }
  return pathOf;
}

function requireNoPointer(bytes: Buffer, name: string): Buffer {
  if (!bytes.subarray(0, lfsPointer.length).equals(lfsPointer)) return bytes;
  throw refusedPath(name, 'it is a pointer of Git LFS, and its content is not in the commit', 'commit the file itself');
}

function targetOf(bytes: Buffer, name: string): string {
  const target = bytes.toString('utf8');
  if (target !== '' && !target.includes('\0') && bytes.equals(Buffer.from(target)) && bytes.length < 4096)
    return target;
  throw refusedPath(name, 'it is a link whose target is not a path');
}

function splitAtNul(bytes: Buffer): Buffer[] {
  const parts: Buffer[] = [];
  for (let at = 0; at < bytes.length;) {
    const end = bytes.indexOf(0, at);
    parts.push(bytes.subarray(at, end < 0 ? bytes.length : end));
    at = end < 0 ? bytes.length : end + 1;
  }
  return parts;
}

function refused(why: string, next: string): LanekeeperError {
  return new LanekeeperError('SOURCE_REFUSED', { message: `the commit cannot be released: ${why}`, why, next });
}
