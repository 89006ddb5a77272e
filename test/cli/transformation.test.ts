import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { asOwner } from '../support/attack-scene.js';
import { type Engine, startEngine } from '../support/engine.js';
import { type ApiOnEngine, startApiOn } from '../support/lane-runner.js';
import { scratchFolder } from '../support/scratch.js';

let engine: Engine;
let api: ApiOnEngine;
beforeAll(async () => {
  engine = await startEngine();
  api = await startApiOn(engine);
  await api.clients('dev').products.registerProduct({ name: 'shop', repository: '/srv/shop' });
});
afterAll(async () => {
  await api.close();
  await engine.close();
  expect(api.reports).toEqual([]);
});

/** A file with a transformation of this name. */
async function fileOf(name: string, ...spec: readonly string[]): Promise<string> {
  const path = join(await scratchFolder(), `${name}.yaml`);
  const head = ['apiVersion: lanekeeper.dev/v1', 'kind: Transformation', `metadata: { name: ${name} }`, 'spec:'];
  await writeFile(path, [...head, ...spec.map((line) => `  ${line}`), ''].join('\n'));
  return path;
}

const lane = (...args: readonly string[]) => api.lane('dev', 'transformation', ...args);

describe('lane transformation apply', () => {
  test('shows what it changes, and signs only what somebody has confirmed', async () => {
    const first = await fileOf('shown', 'profile: scrum', 'stage: discovery', 'products: [shop]');
    const asked = await lane('apply', first);
    expect(asked.code).toBe(2);
    expect(asked.stderr).toContain('transformation shown is new:');
    expect(asked.stderr).toContain('stage: none → discovery');
    expect(asked.stderr).toContain('there is no terminal to ask on');
    expect((await lane('show', 'shown')).stderr).toContain('there is no transformation shown');
    expect(await lane('apply', first, '--yes')).toMatchObject({
      ...{ code: 0, stdout: expect.stringContaining('revision 1 by dev') },
    });
    const milestone = 'milestones: [{ key: beta, title: Beta, readiness: READY }]';
    const next = await fileOf('shown', 'profile: scrum', 'stage: delivery', milestone, 'products: [shop]');
    const { stderr, stdout } = await lane('apply', next, '--yes');
    expect(stdout).toContain('1 milestone, 0 timeboxes, 0 goals, 0 artifacts');
    expect(stdout).toMatch(/beta +ready +Beta/);
    expect(stderr.split('\n')).toEqual([
      'transformation shown, after revision 1 by dev:',
      '  stage: discovery → delivery',
      '  milestone beta added',
    ]);
  });

  test('is shown with its milestones and how ready they are, its timeboxes, goals, artifacts and products', async () => {
    const file = await fileOf(
      'whole',
      ...['profile: safe', 'products: [shop]', 'timeboxes: [{ id: pi, kind: PI, title: PI 1, starts: 2026-10-05 }]'],
      'milestones: [{ key: beta, title: Beta, readiness: AT_RISK, due: 2026-12-01 }]',
      'goals: [{ id: fast, title: Faster, timebox: pi }]',
      'artifacts: [{ kind: PI_OBJECTIVE, key: half, title: Half the time, state: IN_REVIEW, timebox: pi }]',
    );
    await lane('apply', file, '--yes');
    const { stdout } = await lane('show', 'whole');
    expect(stdout).toContain('1 milestone, 1 timebox, 1 goal, 1 artifact\nproducts: shop');
    expect(stdout).toMatch(/^beta +at risk +2026-12-01 +Beta$/m);
    expect(stdout).toMatch(/^pi +pi +2026-10-05 +PI 1$/m);
    expect(stdout).toMatch(/^fast +pi +Faster$/m);
    expect(stdout).toMatch(/^half +pi objective +in review +pi +Half the time$/m);
  });

  test('changes nothing where everything is there already, and says so', async () => {
    const values = 'artifacts: [{ kind: PI_OBJECTIVE, key: fast, title: Fast, plannedValue: 0 }]';
    const box = 'timeboxes: [{ id: pi, kind: PI, title: PI, starts: 2026-10-05 }]';
    const file = await fileOf('same', 'profile: safe', values, box, 'goals: [{ id: a, title: A, timebox: pi }]');
    await lane('apply', file, '--yes');
    const again = await lane('apply', file);
    expect(again).toMatchObject({ code: 0, stderr: 'nothing to do: revision 1 of same says this already' });
    expect(again.stdout).toContain('revision 1 by dev');
  });

  test('brings back what is retired, which it says', async () => {
    const file = await fileOf('back', 'profile: scrum');
    await lane('apply', file, '--yes');
    const asked = await lane('retire', 'back', '--reason', 'it is over');
    expect(asked).toMatchObject({ code: 2, stderr: expect.stringContaining('transformation back, revision 1') });
    expect((await lane('retire', 'back', '--reason', 'it is over', '--yes')).stdout).toContain('retired');
    const { code, stderr } = await lane('apply', file, '--yes');
    expect([code, stderr]).toEqual([0, expect.stringContaining('transformation back is retired, and comes back:')]);
  });

  test('with a profile that is not in force says which are, and how that one gets there', async () => {
    const { code, stderr } = await lane('apply', await fileOf('mistyped', 'profile: scrumm'), '--yes');
    expect(code).not.toBe(0);
    expect(stderr).toContain(
      'there is no profile scrumm in force; did you mean scrum?; in force are: safe, scrum, togaf',
    );
    expect(stderr).toContain('next: name a profile that is in force, and apply the file again');
    expect(stderr).not.toContain('lane transformation show mistyped');
  });

  test('does not overwrite what somebody else has put meanwhile, and says what that was', async () => {
    const file = await fileOf('shared', 'profile: scrum');
    await lane('apply', file, '--yes');
    await api.lane('carol', 'transformation', 'apply', await fileOf('shared', 'profile: safe'), '--yes');
    const late = await lane('apply', file, '--revision', '1', '--yes');
    expect(late.code).not.toBe(0);
    expect(late.stderr).toContain('revision 2 by carol: profile: scrum → safe');
  });
});

describe('lane transformation history --verify', () => {
  const forgeries: readonly (readonly [what: string, sql: string, why: RegExp])[] = [
    ['content', "update transformations set content = replace(content, 'safe', 'togaf')", /there now is not what was/],
    ['a state', "update transformations set state = 'RETIRED'", /there now is not what was/],
    ['a name', "update transformation_changes set principal = 'carol' where revision = 1", /revision 1: carol has no/],
    [
      'a verb',
      "update transformation_changes set verb = 'retire' where revision = 1",
      /revision 1: its statement is about something else/,
    ],
    ['a gap', 'delete from transformation_changes where revision = 1', /revision 2 is in the place of revision 1/],
    [
      'another signature',
      'update transformation_changes c set signed = (select o.signed from transformation_changes o where o.tenant_id = c.tenant_id and o.name = c.name and o.revision = 2)',
      /revision 1: it is another statement/,
    ],
  ];

  test.each(forgeries)('finds out that somebody has forged %s', async (what, sql, why) => {
    const name = `forged-${what.replaceAll(' ', '-')}`;
    await lane('apply', await fileOf(name, 'profile: scrum'), '--yes');
    await lane('apply', await fileOf(name, 'profile: safe'), '--yes');
    expect(await lane('history', name, '--verify')).toMatchObject({
      ...{ code: 0, stderr: 'all 2 revisions are what people have signed' },
    });
    await asOwner(engine, `${sql} ${sql.includes('where revision') ? 'and' : 'where'} name = '${name}'`);
    const found = await lane('history', name, '--verify');
    expect([found.code, found.stderr]).toEqual([10, expect.stringMatching(why)]);
    expect(found.stderr).toContain('is not what people have signed');
  });
});
