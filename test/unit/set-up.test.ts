import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, readFile, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { scratchFolder } from '../support/scratch.js';

const setup = join(import.meta.dirname, '../../scripts/setup');

/** Runs a module text that may import from scripts/setup. */
async function node(text: string, env: Record<string, string> = {}): Promise<{ code: number; output: string }> {
  const child = spawn(process.execPath, ['--input-type=module', '-e', text.replaceAll('SETUP', setup)], {
    env: { PATH: process.env['PATH'], ...env },
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const [code] = (await once(child, 'close')) as [number];
  return { code, output };
}

describe('the lock of set-up', () => {
  const holder = (lock: string, log: string): string => `
    import { appendFileSync } from 'node:fs';
    import { withLock } from 'SETUP/lock.mjs';
    await withLock('${lock}', 'a test', async () => {
      appendFileSync('${log}', 'in ');
      await new Promise((resolve) => setTimeout(resolve, 200));
      appendFileSync('${log}', 'out ');
    });`;

  it('lets one run at a time do the work', async () => {
    const folder = await scratchFolder();
    const [lock, log] = [join(folder, 'lock'), join(folder, 'log')];
    await Promise.all([node(holder(lock, log)), node(holder(lock, log)), node(holder(lock, log))]);
    expect(await readFile(log, 'utf8')).toBe('in out in out in out ');
  });

  it('is taken over from a run that was killed', async () => {
    const folder = await scratchFolder();
    const [lock, log] = [join(folder, 'lock'), join(folder, 'log')];
    await mkdir(lock);
    await utimes(lock, new Date(0), new Date(0));
    await node(holder(lock, log));
    expect(await readFile(log, 'utf8')).toBe('in out ');
  });
});

describe('looking for a tool', () => {
  const look = `
    import { ensureTool } from 'SETUP/tool.mjs';
    const tool = { name: 'wonder', version: '1.2.3', versionArgs: ['--version'], readVersion: (text) => text.trim(), release: () => undefined, goPackage: 'x', advice: 'Get it elsewhere.' };
    console.log('at ' + await ensureTool(tool));`;

  it('takes one on PATH that is new enough', async () => {
    const folder = await scratchFolder();
    await writeFile(join(folder, 'wonder'), '#!/bin/sh\necho 1.4.0\n');
    await chmod(join(folder, 'wonder'), 0o755);
    const { output } = await node(look, { PATH: `${folder}:/usr/bin:/bin`, LANEKEEPER_CACHE: folder });
    expect(output).toContain(`at ${join(folder, 'wonder')}`);
  });

  it('names every route that it tried, and what to do', async () => {
    const folder = await scratchFolder();
    const { code, output } = await node(look, { PATH: folder, LANEKEEPER_CACHE: folder });
    expect(code).not.toBe(0);
    for (const part of [
      'on PATH: not there',
      'official download: no official build',
      'Go source: go is not on PATH',
      'Get it elsewhere.',
    ])
      expect(output).toContain(part);
  });
});
