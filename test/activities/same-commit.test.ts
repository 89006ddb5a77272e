import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { execa } from 'execa';
import { childEnvironment } from '../../adapters/process/child-environment.js';
import { buildActivitiesOf, buildDepsIn, fetched } from '../support/build-deps.js';
import { git, type Repository, repositoryOf } from '../support/git-repository.js';
import { scratchFolder } from '../support/scratch.js';
import { smallProduct } from '../support/small-product.js';

/** How a clone may be configured; each would change what a checkout or an archive of the commit holds. */
const clones: readonly ((folder: string) => Promise<unknown>)[] = [
  async () => undefined,
  async (folder) => {
    await git(folder, 'config', 'core.autocrlf', 'true');
    await git(folder, 'config', 'core.eol', 'crlf');
  },
  (folder) =>
    writeFile(join(folder, '.git/info/attributes'), '* text eol=crlf ident export-subst\nserver.mjs export-ignore\n'),
  async (folder) => {
    await git(folder, 'config', 'filter.own.smudge', 'tr a-z A-Z');
    await git(folder, 'config', 'filter.own.clean', 'tr A-Z a-z');
    await git(folder, 'config', 'core.fileMode', 'false');
    await writeFile(join(folder, '.git/info/attributes'), '* filter=own\n');
  },
  (folder) => execa('chmod', ['-R', 'go-rwx', folder]),
];

/** What a release makes of a commit in a clone, by a worker with the configuration of somebody. */
async function madeOf(repository: Repository, umask: number) {
  const folder = await scratchFolder();
  const config = join(folder, 'gitconfig');
  await writeFile(config, '[core]\n\tautocrlf = true\n[tar]\n\tumask = 0077\n[filter "own"]\n\tsmudge = rev\n');
  const environment = childEnvironment(process.env, umask === 0o077 ? { GIT_CONFIG_GLOBAL: config } : {});
  const before = process.umask(umask);
  try {
    const activities = buildActivitiesOf(buildDepsIn(folder, { environment }));
    const { source, common } = await fetched(activities, repository, 'small');
    const input = { ...common, repository: 'https://git.example.com/small.git', service: 'web' };
    const built = await activities.buildImage(input);
    const at = '2026-03-01T10:00:00.000Z';
    const { provenance } = await activities.describeImage({ ...input, built, startedOn: at, finishedOn: at });
    return { archive: source.archive, commit: source.commit, tree: source.tree, image: built.image, provenance };
  } finally {
    process.umask(before);
  }
}

test('a commit from five clones with different configurations gives one archive, one image and one provenance of its tree', async () => {
  const folder = await scratchFolder();
  const origin = await repositoryOf(join(folder, 'origin'), {
    ...smallProduct({ build: 'cp version.txt built.txt' }),
    'version.txt': '$Format:%H$ $Id$\nline\n',
    '.gitattributes': 'version.txt text eol=crlf ident export-subst filter=own\npackage.json export-ignore\n',
  });
  const made = [];
  for (const [index, configure] of clones.entries()) {
    const clone = join(folder, `clone ${index}`);
    await mkdir(clone);
    await git(folder, 'clone', '--quiet', origin.folder, clone);
    await configure(clone);
    made.push(await madeOf({ folder: clone, revision: origin.revision }, index % 2 === 0 ? 0o022 : 0o077));
  }
  for (const other of made) expect(other).toEqual(made[0]);
  expect(made[0]?.tree).toBe(await git(origin.folder, 'rev-parse', 'HEAD^{tree}'));
});
