import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type Engine, startEngine } from '../support/engine.js';
import { type ApiOnEngine, startApiOn } from '../support/lane-runner.js';
import { type PolicyDesk, publish, publishedText } from '../support/policy-people.js';

let engine: Engine;
let api: ApiOnEngine;
let desk: PolicyDesk;
beforeAll(async () => {
  engine = await startEngine();
  api = await startApiOn(engine);
  const { governance } = api.clients('carol');
  desk = { database: engine.database, dataDir: engine.dataDir, submit: (act) => governance.submitPolicyAct(act) };
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
  expect((await diff('policy/default')).stdout).toContain('have the same text');
});

test('lane policy diff and the API say which gates differ, in which lanes, and each value before and after', async () => {
  const { version } = await change((text) => text.replace('maxAge: 24h', 'maxAge: 12h'));
  const [before, after] = [`policy/default@${String(version - 1)}`, `policy/default@${String(version)}`];
  const { stdout } = await diff(before);
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
