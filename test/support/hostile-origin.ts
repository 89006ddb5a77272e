import { chmod, mkdir, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { execa } from 'execa';
import { commitAll, git, type Repository } from './git-repository.js';

/** What somebody hostile, who owns the folder of a repository, does to it. Its commits stay as they are. */
export interface Hostility {
  /** Whose effects, if there are any, create this file. */
  readonly proof: string;
  readonly origin: Repository;
}

async function write(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, text);
}

const append = (folder: string, text: string) =>
  execa('sh', ['-c', 'cat >> .git/config'], { cwd: folder, input: text });

/** A second commit with other files, and back to the first. */
async function evilCommit({ folder, revision }: Repository): Promise<string> {
  await writeFile(join(folder, 'server.mjs'), 'evil\n');
  const evil = await commitAll(folder, 'Evil');
  await git(folder, 'reset', '--quiet', '--hard', revision);
  return evil.revision;
}

/** Each way to tamper with a folder around its commits. */
export const hostilities: Readonly<Record<string, (scene: Hostility) => Promise<unknown>>> = {
  'a smudge filter': async ({ origin: { folder }, proof }) => {
    await append(folder, `[filter "evil"]\n\tsmudge = "touch ${proof}; echo evil"\n\trequired = true\n`);
    await write(join(folder, '.git/info/attributes'), '* filter=evil\n');
  },
  'export-ignore in its own attributes': ({ origin }) =>
    write(join(origin.folder, '.git/info/attributes'), 'server.mjs export-ignore\n'),
  'export-subst in its own attributes': ({ origin }) =>
    write(join(origin.folder, '.git/info/attributes'), '* export-subst\n'),
  'line endings of another system': async ({ origin: { folder } }) => {
    await append(folder, '[core]\n\tautocrlf = true\n\teol = crlf\n');
    await write(join(folder, '.git/info/attributes'), '* text eol=crlf\n');
  },
  'a replacement of the commit': async ({ origin }) =>
    git(origin.folder, 'replace', origin.revision, await evilCommit(origin)),
  'a replacement of a file': async ({ origin }) => {
    const evil = await evilCommit(origin);
    return git(origin.folder, 'replace', `${origin.revision}:server.mjs`, `${evil}:server.mjs`);
  },
  'a graft': async ({ origin }) =>
    write(join(origin.folder, '.git/info/grafts'), `${origin.revision} ${await evilCommit(origin)}\n`),
  'objects that are elsewhere': async ({ origin: { folder } }) => {
    const elsewhere = `${folder}-objects`;
    await rename(join(folder, '.git/objects'), elsewhere);
    await write(join(folder, '.git/objects/info/alternates'), `${elsewhere}\n`);
  },
  hooks: async ({ origin: { folder }, proof }) => {
    for (const name of ['post-checkout', 'pre-auto-gc', 'reference-transaction', 'post-index-change', 'fsmonitor']) {
      await write(join(folder, '.git/hooks', name), `#!/bin/sh\ntouch ${proof}\n`);
      await chmod(join(folder, '.git/hooks', name), 0o755);
    }
    await append(
      folder,
      `[core]\n\tfsmonitor = ${folder}/.git/hooks/fsmonitor\n[uploadpack]\n\tpackObjectsHook = ${folder}/.git/hooks/fsmonitor\n`,
    );
  },
  'a configuration that it includes, and another work tree': async ({ origin: { folder }, proof }) => {
    await write(
      `${folder}-config`,
      `[core]\n\tsshCommand = touch ${proof}\n\tpager = touch ${proof}\n\tattributesFile = ${folder}-attributes\n`,
    );
    await write(`${folder}-attributes`, '* export-ignore\n');
    await append(folder, `[include]\n\tpath = ${folder}-config\n[core]\n\tworktree = /nowhere\n`);
  },
  'a server for objects that are missing': ({ origin: { folder }, proof }) => promisor(folder, proof),
};

/** Makes a folder one that takes missing objects from a server, with commands of its owner's choice. */
export async function promisor(folder: string, proof: string): Promise<void> {
  await append(
    folder,
    `[extensions]\n\tpartialClone = evil\n[core]\n\trepositoryFormatVersion = 1\n[remote "evil"]\n\tpromisor = true\n\turl = ext::touch ${proof}\n\tuploadpack = touch ${proof};\n[protocol "ext"]\n\tallow = always\n`,
  );
}
