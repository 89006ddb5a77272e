import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { readEnvironment } from '../../apps/cli/program/config.js';
import { findStack } from '../../apps/cli/connection/stack.js';
import { scratchFolder } from '../support/scratch.js';

async function stackAt(folder: string): Promise<string> {
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
