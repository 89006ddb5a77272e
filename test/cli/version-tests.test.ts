import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type Engine, startEngine } from '../support/engine.js';
import { type ApiOnEngine, startApiOn } from '../support/lane-runner.js';
import { scratchFolder } from '../support/scratch.js';
import { shopPolicy, shopTests } from '../support/tested-policies.js';

let engine: Engine;
let api: ApiOnEngine;
beforeAll(async () => {
  engine = await startEngine();
  api = await startApiOn(engine);
});
afterAll(async () => {
  await api.close();
  await engine.close();
});

/** A policy in a folder of its own, with tests beside it. @returns its file */
async function fileWith(tests: string | undefined, name = 'shop'): Promise<string> {
  const folder = join(await scratchFolder(), 'rules');
  await mkdir(folder);
  await writeFile(join(folder, `${name}.yaml`), shopPolicy({ name }));
  if (tests !== undefined) await writeFile(join(folder, `${name}.test.yaml`), tests);
  return join(folder, `${name}.yaml`);
}

const policy = (person: string, ...args: string[]) => api.lane(person, 'policy', ...args);
const versions = async (name: string) => (await policy('dev', 'list', `policy/${name}`)).stdout;

describe('lane policy apply', () => {
  test('drafts nothing while a case of the tests beside a file fails, and says why', async () => {
    const file = await fileWith(shopTests({ 'nobody has signed': 'PASS' }, 'policy: failing'), 'failing');
    const { code, stderr } = await policy('dev', 'apply', file);
    expect([code, stderr]).toEqual([3, expect.stringContaining('0 of 1 case passed in the tests of policy/failing')]);
    expect(stderr).toContain('gate asked: its verdict is PENDING, expected PASS: requester.known does not hold');
    expect(await versions('failing')).toBe('there are no such versions');
    expect(await policy('dev', 'apply', file, '--without-tests')).toMatchObject({
      ...{ code: 0, stdout: expect.stringContaining('policy/failing@1 is a draft') },
    });
  });

  test('of a folder drafts what others need, says what has to be published before them, and goes on from there', async () => {
    const folder = join(await scratchFolder(), 'rules');
    await mkdir(folder);
    const head = (kind: string, name: string) =>
      `apiVersion: lanekeeper.dev/v1\nkind: ${kind}\nmetadata: { name: ${name} }\n`;
    const profile = (title: string) =>
      `${head('Profile', 'ours')}spec: { title: ${title}, lexicon: {}, roleMap: {}, timeboxes: [{ kind: sprint, title: Sprint }] }\n`;
    await writeFile(join(folder, 'ours.yaml'), profile('Ours'));
    await writeFile(
      join(folder, 'till.yaml'),
      `${head('PromotionDefinition', 'till')}spec: { profile: ours, lanes: { bronze: {} } }\n`,
    );
    const first = await policy('dev', 'apply', folder, '--submit');
    expect(first).toMatchObject({ code: 6, stdout: expect.stringContaining('profile/ours@1 waits to be published') });
    expect(first.stderr).toContain('definition/till was not drafted: a draft has to fit with what is in force');
    expect(first.stderr).toContain('till:4:9: there is no profile ours in force: definition till names it');
    expect((await policy('dev', 'apply', folder)).stderr).toContain('ours.yaml: profile/ours@1 is drafted already');
    expect((await policy('carol', 'publish', 'profile/ours@1', '--yes')).code).toBe(0);
    expect(await policy('dev', 'apply', folder)).toMatchObject({
      ...{ code: 0, stdout: expect.stringContaining('definition/till@1 is a draft') },
    });
    await writeFile(join(folder, 'ours.yaml'), profile('Ours again'));
    expect((await policy('dev', 'apply', join(folder, 'ours.yaml'), '--submit')).code).toBe(0);
    expect((await policy('carol', 'publish', 'profile/ours@2', '--yes')).code).toBe(0);
    expect((await policy('dev', 'list', 'profile/ours')).stdout).toMatch(/ours@1 .* replaced by @2 /);
    expect((await policy('carol', 'retire', 'profile/ours', '--yes')).code).toBe(0);
    expect((await policy('dev', 'list', 'profile/ours')).stdout).toMatch(/ours@2 .* taken out of force /);
  });

  test('refuses tests that are about something else', async () => {
    const file = await fileWith(shopTests(undefined, 'policy: default'), 'other');
    expect(await policy('dev', 'apply', file)).toMatchObject({
      ...{
        code: 1,
        stderr: expect.stringContaining('test shop is not about policy other: it is about policy default'),
      },
    });
    expect(await versions('other')).toBe('there are no such versions');
  });

  test('takes tests along once they pass, and again when they are other ones', async () => {
    const file = await fileWith(shopTests());
    const applied = await policy('dev', 'apply', file, '--submit');
    expect(applied).toMatchObject({ code: 0, stderr: expect.stringContaining('1 of 1 case passed') });
    const digest = /\(([0-9a-f]{12})\)/.exec(applied.stdout)?.[1] ?? '';
    expect((await policy('carol', 'publish', digest, '--yes')).code).toBe(0);
    expect((await policy('dev', 'apply', file)).stdout).toBe('nothing to do: everything is in force already');
    await writeFile(file.replace('.yaml', '.test.yaml'), shopTests({ 'still nobody': 'PENDING' }));
    expect((await policy('dev', 'apply', file, '--without-tests')).stdout).toContain('nothing to do');
    expect((await policy('dev', 'apply', file)).stdout).toContain('policy/shop@2 is a draft');
  });
});

describe('lane policy test', () => {
  test('runs the tests of a version on the stack, and says the same of them as of files', async () => {
    const file = await fileWith(shopTests(undefined, 'policy: same'), 'same');
    const local = await policy('dev', 'test', file);
    const drafted = await policy('dev', 'apply', file);
    const digest = /\(([0-9a-f]{12})\)/.exec(drafted.stdout)?.[1] ?? '';
    const { code, stdout } = await policy('dev', 'test', digest);
    const named = stdout.replaceAll('tests of policy/same@1', 'T').replaceAll('policy/same@1', 'F').replace(/ +/g, ' ');
    const wanted = local.stdout
      .replaceAll(/\S*same\.test\.yaml/g, 'T')
      .replaceAll(/\S*same\.yaml/g, 'F')
      .replace(/ +/g, ' ');
    expect([code, named]).toEqual([0, wanted]);
    expect((await policy('dev', 'test', digest, '--coverage-at-least', '51')).code).toBe(3);
    expect(await api.json('dev', 'policy', 'test', digest)).toMatchObject({
      ...{ kind: 'PolicyTestReport', passed: 1, failed: 0, coverage: { percent: 50 } },
    });
  });

  test('says of a version that it has none, and takes one version at a time', async () => {
    expect(await policy('dev', 'test', 'policy/default@1')).toMatchObject({
      ...{ code: 2, stderr: expect.stringContaining('the version has no tests') },
    });
    expect(await policy('dev', 'test', 'policy/default@1', 'policies')).toMatchObject({
      ...{ code: 2, stderr: expect.stringContaining('test one version at a time') },
    });
    expect((await policy('dev', 'test', 'policy/nothing')).code).toBe(5);
  });

  test('writes no escape sequence of somebody else to a terminal', async () => {
    const name = 'cleared \u001b[2J\u001b]0;title\u0007';
    const file = await fileWith(shopTests({ [name]: 'PENDING' }, 'policy: escaping'), 'escaping');
    const drafted = await policy('dev', 'apply', file);
    const digest = /\(([0-9a-f]{12})\)/.exec(drafted.stdout)?.[1] ?? '';
    const { code, stdout } = await policy('alice', 'test', digest);
    expect([code, stdout]).toEqual([0, expect.stringContaining('cleared')]);
    expect(stdout).not.toContain('\u001b');
  });
});
