import { access, chmod, chown, mkdir, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { readEnvironment } from '../../apps/cli/program/config.js';
import { createClients } from '../../apps/cli/connection/clients.js';
import { loadIdentity } from '../../apps/cli/connection/identity.js';
import { findStack } from '../../apps/cli/connection/stack.js';
import { writeStackRecord } from '../../apps/stack/stack-file.js';
import { onTestFinished } from '../support/clean-up.js';
import { commitAll, git } from '../support/git-repository.js';
import { scratchFolder } from '../support/scratch.js';

async function stackAt(folder: string, change: Readonly<Record<string, unknown>> = {}): Promise<string> {
  await mkdir(folder, { recursive: true });
  const file = join(folder, 'stack.json');
  await writeFile(
    file,
    JSON.stringify({
      state: 'ready',
      apiUrl: 'http://127.0.0.1:1',
      temporalAddress: '127.0.0.1:2',
      namespace: 'default',
      dataDir: folder,
      ...change,
    }),
  );
  return file;
}

describe('finding the stack', () => {
  it('prefers the flag, then the variable, then a folder above, then the pointer of the user', async () => {
    const root = await scratchFolder();
    const files = {
      flag: await stackAt(join(root, 'flag')),
      variable: await stackAt(join(root, 'variable')),
      above: await stackAt(join(root, 'work', '.lanekeeper')),
      pointed: await stackAt(join(root, 'pointed')),
    };
    const cwd = join(root, 'work', 'deep', 'er');
    await mkdir(cwd, { recursive: true });
    await mkdir(join(root, 'config', 'lanekeeper'), { recursive: true });
    await writeFile(
      join(root, 'config', 'lanekeeper', 'stack.json'),
      JSON.stringify({ dataDir: join(root, 'pointed') }),
    );
    const bare = readEnvironment({ XDG_CONFIG_HOME: join(root, 'config') });
    const named = readEnvironment({ XDG_CONFIG_HOME: join(root, 'config'), LANEKEEPER_STACK: files.variable });
    expect(findStack(join(root, 'flag'), named, cwd).file).toBe(files.flag);
    expect(findStack(undefined, named, cwd).file).toBe(files.variable);
    expect(findStack(undefined, bare, cwd).file).toBe(files.above);
    expect(findStack(undefined, bare, root).file).toBe(files.pointed);
  });

  it('does not look elsewhere when the named one does not exist', async () => {
    const root = await scratchFolder();
    await stackAt(join(root, '.lanekeeper'));
    expect(() => findStack(join(root, 'nothing'), readEnvironment({}), root)).toThrow('no stack was found');
  });
});

describe('a stack that was found, and that nobody has named', () => {
  const bare = readEnvironment({ XDG_CONFIG_HOME: '/nowhere' });
  /** A folder in which somebody works, below one that has a stack. */
  async function workIn(change: Readonly<Record<string, unknown>> = {}) {
    const root = await scratchFolder();
    const folder = join(root, '.lanekeeper');
    const file = await stackAt(folder, change);
    return {
      root,
      folder,
      file,
      find: () => inFolder(root, () => findStack(undefined, bare, root)),
      named: () => findStack(file, bare, root),
    };
  }
  /** As a process does that was started in that folder. */
  function inFolder<T>(folder: string, act: () => T): T {
    const before = process.cwd();
    process.chdir(folder);
    try {
      return act();
    } finally {
      process.chdir(before);
    }
  }
  const refused = (why: string) =>
    expect.objectContaining({ code: 'CONFIGURATION', why: expect.stringContaining(why) }) as unknown;

  it.each([
    ['an API on another machine', { apiUrl: 'https://evil.example' }, 'not on this machine'],
    ['an API that only looks like one here', { apiUrl: 'http://127.0.0.1.evil.example' }, 'not on this machine'],
    ['a Temporal on another machine', { temporalAddress: 'evil.example:7233' }, 'not on this machine'],
    ['a Temporal that only looks like one here', { temporalAddress: '127.0.0.1:1@evil.example:7233' }, 'not on this'],
    ['a Temporal UI on another machine', { temporalUiUrl: 'http://evil.example' }, 'not on this machine'],
    ['the data folder of another stack', { dataDir: tmpdir() }, 'does not lie in the data folder'],
    ['a data folder that there is not', { dataDir: '/nowhere' }, 'does not lie in the data folder'],
    ['its folder from wherever one is', { dataDir: '.lanekeeper' }, 'does not lie in the data folder'],
    ['its folder through that of the process', { dataDir: '/proc/self/cwd/.lanekeeper' }, 'does not lie in the data'],
  ])('is not trusted when it names %s, unless somebody names it', async (_what, change, why) => {
    const { find, named, file } = await workIn(change);
    expect(find).toThrow(refused(why));
    expect(named().file).toBe(file);
  });

  it('is not trusted when others can write it, or its folder', async () => {
    const { find, folder, file } = await workIn();
    await chmod(file, 0o622);
    expect(find).toThrow(refused('can be written by others'));
    await chmod(file, 0o600);
    await chmod(folder, 0o777);
    expect(find).toThrow(refused('can be written by others'));
  });

  it('is not trusted when it belongs to somebody else, where that can be tried', async () => {
    if (process.getuid?.() !== 0) return;
    const { find, file } = await workIn();
    await chown(file, 65_534, 65_534);
    expect(find).toThrow(refused('does not belong to this user'));
  });

  it('is not trusted when it is a link to a file elsewhere', async () => {
    const { find, file } = await workIn();
    await rename(file, `${file}.real`);
    await symlink(`${file}.real`, file);
    expect(find).toThrow(refused('does not lie in the data folder'));
  });

  it('is not trusted when it came with a repository, which runs nothing', async () => {
    const { find, root, file } = await workIn();
    await commitAll(root);
    const ran = join(root, 'ran');
    await writeFile(join(root, 'monitor'), `#!/bin/sh\ntouch ${ran}\n`, { mode: 0o755 });
    await git(root, 'config', 'core.fsmonitor', join(root, 'monitor'));
    expect(find).toThrow(refused('it is tracked by Git'));
    await expect(access(ran)).rejects.toThrow();
    await git(root, 'rm', '--cached', '--quiet', '-r', '.lanekeeper');
    expect(find().file).toBe(file);
  });

  it('is not trusted when it was committed among the files of a bare repository, which git would ask first', async () => {
    const { find, root, folder } = await workIn();
    await git(root, 'init', '--quiet', '--bare', 'bare');
    for (const name of ['HEAD', 'config', 'objects', 'refs'])
      await rename(join(root, 'bare', name), join(folder, name));
    await git(folder, 'config', '--file', 'config', 'core.bare', 'false');
    await git(folder, 'config', '--file', 'config', 'core.worktree', '.');
    await git(root, 'init', '--quiet');
    await git(root, 'add', '--force', '.lanekeeper/stack.json');
    expect(find).toThrow(refused('it is tracked by Git'));
  });

  it('is not trusted when it is tracked in other letters, which some file systems take for the same', async () => {
    const { find, root, folder } = await workIn();
    await rename(folder, join(root, '.LaneKeeper'));
    await commitAll(root);
    await rename(join(root, '.LaneKeeper'), folder);
    expect(find).toThrow(refused('it is tracked by Git'));
  });

  it('is not trusted when a link of a repository leads to it', async () => {
    const elsewhere = await stackAt(await scratchFolder());
    const root = await scratchFolder();
    await symlink(dirname(elsewhere), join(root, '.lanekeeper'));
    const find = () => findStack(undefined, bare, root);
    expect(find().file).toBe(join(root, '.lanekeeper', 'stack.json'));
    await commitAll(root);
    expect(find).toThrow(refused('is a link that is tracked by Git'));
  });

  it('is not trusted when a folder above it is a link of a repository', async () => {
    const pointed = await scratchFolder();
    await stackAt(join(pointed, 'data'));
    const root = await scratchFolder();
    await symlink(pointed, join(root, 'link'));
    const pointer = join(root, 'config', 'lanekeeper', 'stack.json');
    await mkdir(dirname(pointer), { recursive: true });
    await writeFile(pointer, JSON.stringify({ dataDir: join(root, 'link', 'data') }));
    const find = () => findStack(undefined, readEnvironment({ XDG_CONFIG_HOME: join(root, 'config') }), root);
    expect(find().file).toBe(join(root, 'link', 'data', 'stack.json'));
    await commitAll(root);
    expect(find).toThrow(refused(`${join(root, 'link')} is a link that is tracked by Git`));
  });

  it('is not looked for in a folder with the name of a stack file, to which a link of a repository leads', async () => {
    const root = await scratchFolder();
    await symlink(join('node_modules', 'evil', 'x'), join(root, '.lanekeeper'));
    await commitAll(root);
    const installed = join(root, 'node_modules', 'evil', 'x', 'stack.json');
    await stackAt(installed);
    const find = () => findStack(undefined, bare, root);
    expect(find).toThrow('no stack was found');
    await stackAt(join(installed, '.lanekeeper'));
    await rm(join(installed, 'stack.json'));
    expect(find).toThrow('no stack was found');
  });

  it('is trusted when a stack wrote it whose data folder was named by a link', async () => {
    const { root, folder, find } = await workIn();
    await symlink(folder, join(root, 'data'));
    const self = { pid: process.pid, startedAt: 'now' };
    writeStackRecord({
      ...({ version: '0', state: 'ready', supervisor: self, children: [] } as const),
      ...self,
      ...{ apiUrl: 'http://127.0.0.1:1', temporalAddress: '127.0.0.1:2', namespace: 'default' },
      dataDir: join(root, 'data'),
    });
    expect(find().dataDir).toBe(folder);
  });

  it('is not trusted when git does not say whether it came with the repository', async () => {
    const { find, root } = await workIn();
    await mkdir(join(root, '.git'));
    expect(find).toThrow(refused('git does not say'));
  });
});

describe('a token', () => {
  async function identityFor(origin: string | undefined) {
    const root = await scratchFolder();
    const folder = join(root, 'identities', 'dev');
    await mkdir(folder, { recursive: true });
    for (const name of ['token', 'key.pem']) await writeFile(join(folder, name), 'secret', { mode: 0o600 });
    if (origin !== undefined) await writeFile(join(folder, 'token.origin'), `${origin}\n`);
    return { folder, stack: findStack(await stackAt(root), readEnvironment({}), root) };
  }

  it('is read for the API that it was issued for', async () => {
    expect(loadIdentity((await identityFor('http://127.0.0.1:1')).stack, 'dev').token).toBe('secret');
  });

  it.each([['http://127.0.0.1:2'], ['https://127.0.0.1:1'], [undefined]])(
    'that was issued for %s is sent to no other API, not even one that somebody has named',
    async (origin) => {
      const { stack } = await identityFor(origin);
      expect(() => loadIdentity(stack, 'dev')).toThrow('the token is not sent to this API');
    },
  );

  it.each(['token', 'key.pem', 'token.origin'])(
    'is not read when the %s beside it is a link to that of another stack',
    async (name) => {
      const victim = await identityFor('http://127.0.0.1:1');
      const { stack, folder } = await identityFor('http://127.0.0.1:1');
      await rm(join(folder, name));
      await symlink(join(victim.folder, name), join(folder, name));
      expect(() => loadIdentity(stack, 'dev')).toThrow('the identity consists of links');
    },
  );

  it('is not read when the folder of the person is a link to that of another stack', async () => {
    const victim = await identityFor('http://127.0.0.1:1');
    const { stack, folder } = await identityFor('http://127.0.0.1:1');
    await rm(folder, { recursive: true });
    await symlink(victim.folder, folder);
    expect(() => loadIdentity(stack, 'dev')).toThrow('the identity consists of links');
  });

  it.each([301, 302, 307, 308])('is not sent on when the API answers %i', async (status) => {
    const seen: (string | undefined)[] = [];
    const elsewhere = await serve((request, response) => {
      seen.push(request.headers.authorization);
      response.end();
    });
    const asked: (string | undefined)[] = [];
    const api = await serve((request, response) => {
      asked.push(request.headers.authorization);
      response.writeHead(status, { location: `${elsewhere}${request.url ?? ''}` }).end();
    });
    await expect(createClients(api, 'secret').identity.whoAmI({})).rejects.toThrow();
    expect([asked, seen]).toEqual([['Bearer secret'], []]);
  });
});

/** A server on a free port of loopback, until the test ends. */
async function serve(answer: RequestListener): Promise<string> {
  const server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  });
  return `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
}
