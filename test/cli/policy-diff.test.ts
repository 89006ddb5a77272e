import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type Engine, startEngine } from '../support/engine.js';
import { type ApiOnEngine, startApiOn } from '../support/lane-runner.js';
import { deskOf, draftAndSubmit, type PolicyDesk, publish, publishedText } from '../support/policy-people.js';

let engine: Engine;
let api: ApiOnEngine;
let desk: PolicyDesk;
beforeAll(async () => {
  engine = await startEngine();
  api = await startApiOn(engine);
  desk = deskOf(engine, api);
});
afterAll(async () => {
  await api.close();
  await engine.close();
});

const diff = (...args: string[]) => api.lane('dev', 'policy', 'diff', ...args);

/** Publishes the default policy with another text. */
const change = async (to: (text: string) => string) =>
  publish(desk, to(await publishedText(desk, 'policy', 'default')));

test('lane policy diff says where texts differ and gates do not, and shows the texts with --text', async () => {
  await change((text) => `${text}# in other words\n`);
  expect((await diff('policy/default@1')).stdout).toMatch(
    /^policy\/default@1 and policy\/default@2 say the same of gates; .* --text$/,
  );
  expect((await diff('policy/default@1', '--text')).stdout).toContain('+++ policy/default@2');
  expect((await diff('policy/default@1', 'policy/default@1')).stdout).toContain('have the same text');
});

test('lane policy list says what has replaced a version, and that one was taken out of force, withdrawn or turned down', async () => {
  const text = (name: string, more = '') =>
    `apiVersion: lanekeeper.dev/v1\nkind: Policy\nmetadata: { name: ${name} }\nspec: { extends: default, remove: [provenance] }\n${more}`;
  const draft = async (name: string) => draftAndSubmit(desk, text(name), { kind: 'policy', name, author: 'dev' });
  const listed = async (name: string) => (await api.lane('dev', 'policy', 'list', `policy/${name}`)).stdout;
  const ended = { kind: 'policy', name: 'ended' } as const;
  await publish(desk, text('ended'), ended);
  await publish(desk, text('ended', '# once more\n'), ended);
  expect(await listed('ended')).toMatch(/^policy\/ended@1 .* replaced by @2 /m);
  await api.lane('carol', 'policy', 'retire', 'policy/ended', '--yes');
  expect(await listed('ended')).toMatch(/^policy\/ended@2 .* taken out of force /m);
  for (const [who, end] of [
    ['dev', 'withdrawn'],
    ['carol', 'turned down'],
  ] as const) {
    await draft(`by-${who}`);
    await api.lane(who, 'policy', 'retire', `policy/by-${who}@1`, '--yes');
    expect(await listed(`by-${who}`)).toContain(` ${end} `);
  }
});

test('lane policy diff and the API say which gates differ, in which lanes, and each value before and after', async () => {
  const { version } = await change((text) => text.replace('maxAge: 24h', 'maxAge: 12h'));
  const [before, after] = [`policy/default@${String(version - 1)}`, `policy/default@${String(version)}`];
  const { stdout } = await diff(before);
  expect(stdout).toMatch(/^Only the document itself is compared, .* lane policy explain PRODUCT --lane LANE$/m);
  expect(stdout).toMatch(/^~ .*: changed in .*\n {4}evidence\.maxAge: "24h" → "12h"$/m);
  expect(stdout).not.toContain('+++');
  const fields = [{ field: 'evidence.maxAge', before: '"24h"', after: '"12h"' }];
  expect(await api.json('dev', 'policy', 'diff', before)).toMatchObject({
    ...{ base: before, other: after, diff: expect.stringContaining('maxAge: 12h') },
    gates: [{ change: 'changed', fields }],
  });
  const answer = await api.clients('dev').governance.getPolicyVersion({ version: 'policy/default' });
  expect(answer.gateChanges).toMatchObject([{ fields }]);
});

test('lane policy diff says that it needs another version where the one that it compares with is the same', async () => {
  const { version } = await change((text) => `${text}# once more\n`);
  const { stdout } = await diff(`policy/default@${String(version)}`);
  expect(stdout).toMatch(
    /^policy\/default@\d+ is the newest in force, .*: lane policy diff policy\/default@\d+ policy\/default@\d+$/,
  );
});

test('lane policy publish shows what a version changes of gates, and the text that is signed, before it asks', async () => {
  const text = (await publishedText(desk, 'policy', 'default')).replace('maxAge: 12h', 'maxAge: 6h');
  const of = { kind: 'policy', name: 'default', author: 'dev' } as const;
  const { version } = await draftAndSubmit(desk, text, of);
  const { stderr, code } = await api.lane('carol', 'policy', 'publish', `policy/default@${String(version)}`, '--yes');
  expect({ code, stderr }).toEqual({
    code: 0,
    stderr: expect.stringMatching(/^ {4}evidence\.maxAge: "12h" → "6h"$[^]*^\+{3} policy\/default@/m),
  });
});

test('a number names the version that waits with it, and no one of several', async () => {
  const text = await publishedText(desk, 'policy', 'default');
  const of = { kind: 'policy', name: 'default', author: 'dev' } as const;
  const { version } = await draftAndSubmit(desk, `${text}# one\n`, of);
  const show = () => api.lane('dev', 'policy', 'show', `policy/default@${String(version)}`);
  expect((await show()).stdout).toContain('# one');
  await draftAndSubmit(desk, `${text}# other\n`, of);
  expect(await show()).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('names more than one version that waits'),
  });
});
