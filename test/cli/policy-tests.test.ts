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

describe('lane policy explain', () => {
  it('says what it can explain when it is asked for both or for neither', async () => {
    for (const argv of [[], ['shop'], ['shop', '--lane', 'gold', '--bundle', 'abcd'], ['--to', 'gold']])
      expect(await run('policy', 'explain', ...argv)).toMatchObject({
        ...{ code: 2, stderr: expect.stringContaining('lane policy explain PRODUCT --lane LANE, or') },
      });
  });
});
