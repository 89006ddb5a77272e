import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { readEnvironment } from '../../apps/cli/program/config.js';
import { runCaptured } from '../support/lane-runner.js';
import { scratchFolder } from '../support/scratch.js';

const run = (...argv: string[]) => runCaptured(argv, { ...readEnvironment({}), stack: '/nowhere' });

const policy = `apiVersion: lanekeeper.dev/v1
kind: Policy
metadata: { name: shop }
spec:
  gates:
    - { id: asked, type: COMPLIANCE, lanes: [gold], rule: requester.known }
`;

/** A folder with a policy, and a test of it that expects a verdict while nobody has signed. */
async function folderWith(verdict: string): Promise<string> {
  const folder = join(await scratchFolder(), 'rules');
  await mkdir(folder);
  await writeFile(join(folder, 'shop.yaml'), policy);
  const test = `apiVersion: lanekeeper.dev/v1
kind: PolicyTest
metadata: { name: shop }
spec:
  policy: shop
  now: 2026-03-02T12:00:00Z
  cases:
    - { name: nobody has signed, lane: gold, given: { requester: null }, expect: { gates: { asked: ${verdict} } } }
`;
  await writeFile(join(folder, 'shop.test.yaml'), test);
  return folder;
}

describe('lane policy test', () => {
  it('passes without a stack, says what was not seen, and exits with 3 when that is too much', async () => {
    const folder = await folderWith('PENDING');
    const { code, stdout } = await run('policy', 'test', folder);
    expect([code, stdout]).toEqual([0, expect.stringContaining('1 of 1 case passed, 50 % seen')]);
    expect(stdout).toMatch(/gold +asked +shop\.yaml +1 +PENDING +rule passing, PASS, ERROR/);
    expect((await run('policy', 'test', folder, '--coverage-at-least', '50')).code).toBe(0);
    expect(await run('policy', 'test', folder, '--coverage-at-least', '51')).toMatchObject({
      ...{ code: 3, stderr: '50 % were seen, and 51 % are asked for' },
    });
    expect((await run('policy', 'test', folder, '--coverage-at-least', 'most')).code).toBe(2);
  });

  it('exits with 3 when a case fails, says why, and writes it as JUnit XML', async () => {
    const folder = await folderWith('PASS');
    const junit = join(folder, 'junit.xml');
    const { code, stdout } = await run('policy', 'test', join(folder, 'shop.test.yaml'), '--junit', junit);
    expect(code).toBe(3);
    expect(stdout).toContain('gate asked: its verdict is PENDING, expected PASS: requester.known does not hold');
    expect(stdout).toContain('its rule has read requester.known = false');
    expect(await readFile(junit, 'utf8')).toContain('failures="1"');
    const json = await run('policy', 'test', join(folder, 'shop.yaml'), '-o', 'json');
    expect(JSON.parse(json.stdout)).toMatchObject({
      ...{ kind: 'PolicyTestReport', passed: 0, failed: 1, coverage: { percent: 50 } },
      cases: [{ name: 'nobody has signed', passed: false, mismatches: [{ gate: 'asked', actual: 'PENDING' }] }],
    });
  });

  it('refuses a test with a mistake, and a folder without tests', async () => {
    const folder = await folderWith('PASSED');
    expect(await run('policy', 'test', folder)).toMatchObject({
      ...{ code: 1, stderr: expect.stringContaining('shop.test.yaml:8:93: ') },
    });
    const empty = await scratchFolder();
    expect(await run('policy', 'test', empty)).toMatchObject({
      ...{ code: 2, stderr: expect.stringContaining('a test stands beside its policy, as NAME.test.yaml') },
    });
  });
});

describe('lane policy lint', () => {
  const head = 'apiVersion: lanekeeper.dev/v1\n';
  const policyOf = (name: string, spec: string) => `${head}kind: Policy\nmetadata: { name: ${name} }\nspec: ${spec}\n`;

  /** A folder with files of these texts. */
  async function folderOf(files: Readonly<Record<string, string>>): Promise<string> {
    const folder = join(await scratchFolder(), 'rules');
    await mkdir(folder);
    for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
    return folder;
  }

  it('tells the mistakes of all files and of all stages at once, each with its place, and none that follows from another', async () => {
    const folder = await folderOf({
      'a.yaml': policyOf(
        'a',
        '{ gates: [{ id: a, type: COMPLIANCE, rule: true }, { id: b, type: COMPLIANCE, rule: "1 >" }] }',
      ),
      'b.yaml': policyOf('b', '{ extends: default, remove: [provenence] }'),
      'c.yaml': policyOf('c', '{ extends: a, remove: [b] }'),
      'd.yaml': policyOf('d', '{ extends: defalt, remove: [scan] }'),
      'e.yaml': `${head}kind: Polcy\n`,
      'shop.yaml': `${head}kind: PromotionDefinition\nmetadata: { name: shop }\nspec: { profile: safe, lanes: { gold: { policy: defalt } } }\n`,
    });
    const { code, stderr } = await run('policy', 'lint', folder);
    expect(code).toBe(1);
    expect(stderr.replace('why: ', '').split('\n').slice(2, -1)).toEqual([
      "a.yaml:4:44: spec.gates[0].rule is true; expected a text, or null to take it away; quote it: 'true'",
      expect.stringMatching(/^a\.yaml:4:9\d: gate b: the rule is wrong: /),
      'e.yaml:2:1: e.yaml is no policy, profile, promotion definition or policy of policies: its kind is Polcy; did you mean Policy?',
      expect.stringMatching(/^b\.yaml:4:\d+: there is no gate provenence below it; did you mean provenance\?$/),
      'd.yaml:4:9: there is no policy defalt in force; did you mean default?: policy d extends it',
      'shop.yaml:4:41: there is no policy defalt in force; did you mean default?: definition shop names it for gold',
    ]);
  });

  it('warns about roles that nobody can have heard of, and reads a document that is written as JSON', async () => {
    const spec = {
      extends: 'default',
      gates: [{ id: 'a', type: 'APPROVAL', approvals: { roles: ['relase-manager'] } }],
    };
    const folder = await folderOf({
      'j.yaml': JSON.stringify({ apiVersion: 'lanekeeper.dev/v1', metadata: { name: 'j' }, spec, kind: 'Policy' }),
    });
    const { code, stdout, stderr } = await run('policy', 'lint', folder);
    expect([code, stdout]).toEqual([0, 'j.yaml: policy/j is well written, and fits']);
    expect(stderr).toMatch(
      /^warning: j\.yaml:1:\d+: gate a names the role relase-manager, .*did you mean release-manager\?$/,
    );
  });

  it('says that there is nothing to read, and where it looked', async () => {
    expect(await run('policy', 'lint', await scratchFolder())).toMatchObject({
      ...{ code: 2, stderr: expect.stringContaining('looked for in files NAME.yaml there and in folders below') },
    });
  });

  it('says in words of people what cannot be read', async () => {
    for (const argv of [
      ['policy', 'replay'],
      ['transformation', 'apply'],
    ])
      expect((await run(...argv, '/nowhere.yaml')).stderr).toContain('/nowhere.yaml cannot be read: it does not exist');
  });
});

describe('lane policy explain', () => {
  it('says what it can explain when it is asked for both or for neither', async () => {
    for (const argv of [[], ['shop'], ['shop', '--lane', 'gold', '--bundle', 'abcd'], ['--to', 'gold']])
      expect(await run('policy', 'explain', ...argv)).toMatchObject({
        ...{ code: 2, stderr: expect.stringContaining('lane policy explain PRODUCT --lane LANE, or') },
      });
  });
});
