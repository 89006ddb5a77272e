import { mkdir, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { execaSync } from 'execa';
import { scratchFolder } from '../support/scratch.js';
import { testStack } from '../support/stack-process.js';

const bin = join(import.meta.dirname, '../../bin');

const service = `import { createServer } from 'node:http';
const page = 'tick of ' + process.env.LANEKEEPER_REVISION;
createServer((request, response) => response.end(request.url === '/healthz' ? 'ok' : page)).listen(process.env.PORT, '127.0.0.1');
`;
const testFile = `import assert from 'node:assert';
import { test } from 'node:test';
test('ticks', () => assert.equal(1 + 1, 2));
`;

/** A product with one service in its own folder, without any Lanekeeper file. */
async function newProduct(): Promise<string> {
  const folder = await scratchFolder();
  await mkdir(join(folder, 'src'));
  await mkdir(join(folder, 'test'));
  await writeFile(
    join(folder, 'package.json'),
    JSON.stringify({
      name: 'tiny-clock',
      version: '1.0.0',
      type: 'module',
      scripts: { start: 'node src/index.js', test: 'node --test' },
    }),
  );
  await writeFile(join(folder, 'src', 'index.js'), service);
  await writeFile(join(folder, 'test', 'clock.test.js'), testFile);
  return folder;
}

/** Runs commands in the folder of the product, with `lane` on PATH as in the README. */
function shellIn(folder: string, stack: string): (command: string) => string {
  const env = {
    PATH: `${bin}${delimiter}${process.env['PATH'] ?? ''}`,
    HOME: process.env['HOME'],
    LANEKEEPER_STACK: stack,
    GIT_CONFIG_GLOBAL: '/dev/null',
  };
  return (command) => {
    const { failed, exitCode, all, stdout } = execaSync('sh', ['-c', command], {
      cwd: folder,
      env,
      extendEnv: false,
      all: true,
      reject: false,
    });
    if (failed) throw new Error(`${command} exited with code ${String(exitCode)}:\n${all}`);
    return stdout;
  };
}

interface Lane {
  readonly lane: string;
  readonly url: string;
  readonly liveBundleDigest: string;
}

describe('a new product, outside the clone', () => {
  test('goes from lane init to gold, is rolled back after a full restart, and serves on the same port', async () => {
    const stack = await testStack();
    await stack.start();
    const folder = await newProduct();
    const run = shellIn(folder, stack.dataDir);
    const commit = (message: string) =>
      run(`git add -A && git -c user.name=Stranger -c user.email=stranger@example.org commit -qm '${message}'`);
    const lane = (name: string) =>
      (JSON.parse(run('lane status -o json')) as { lanes: Lane[] }).lanes.find((each) => each.lane === name);
    const toGold = () => {
      const bundle = (JSON.parse(run('lane release -o json')) as { digest: string }).digest;
      run(`lane promote ${bundle} --to bronze --wait`);
      run('node --test --test-reporter=junit --test-reporter-destination=report.xml');
      run(
        `lane evidence attach ${bundle} --kind preview-check --report report.xml --url ${lane('bronze')?.url ?? ''} && rm report.xml`,
      );
      run(`lane promote ${bundle} --to silver --wait`);
      const promotion = (JSON.parse(run(`lane promote ${bundle} --to gold -o json`)) as { id: string }).id;
      run(
        `lane approve ${promotion} --yes --as alice && lane approve ${promotion} --yes --as bob && lane watch ${promotion}`,
      );
      return bundle;
    };
    run('git init -q -b main && lane init');
    commit('tick');
    const first = toGold();
    const url = lane('gold')?.url ?? '';
    expect(await (await fetch(url)).text()).toMatch(/^tick of [0-9a-f]{40}$/);
    await writeFile(join(folder, 'src', 'index.js'), service.replace('tick of', 'tock of'));
    commit('tock');
    toGold();
    expect(await (await fetch(url)).text()).toMatch(/^tock of/);
    stack.run('stop');
    await stack.start();
    expect(await (await fetch(url)).text()).toMatch(/^tock of/);
    run('lane rollback --lane gold --reason "tock was wrong" --yes --wait --as carol');
    expect(await (await fetch(url)).text()).toMatch(/^tick of/);
    expect(lane('gold')).toMatchObject({ url, liveBundleDigest: first });
  });
});
