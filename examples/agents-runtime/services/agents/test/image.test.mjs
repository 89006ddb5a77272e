import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, test } from 'node:test';
import { startImage } from '../../../tests/support/start-image.mjs';

let agents;
before(async () => {
  agents = await startImage('agents');
});
after(() => agents?.stop());

async function run(body) {
  const response = await fetch(`${agents.url}/run`, { method: 'POST', body: JSON.stringify(body) });
  return { status: response.status, body: await response.json() };
}

test('the runtime executes the reviewed plan', async () => {
  const { status, body } = await run({ input: { name: 'Ada' } });
  assert.equal(status, 200);
  assert.equal(body.text, 'Hello, Ada, nice to see you');
  assert.equal(body.document, 'greeting: Hello, Ada, nice to see you');
  assert.deepEqual(
    body.steps.map((step) => step.id),
    ['compose', 'capitalize', 'render'],
  );
});

test('the runtime says which plan and revision answered', async () => {
  const { body } = await run({});
  assert.match(body.fingerprint, /^sha256:[0-9a-f]{64}$/);
  assert.equal(body.revision, 'under-test');
});

test('the runtime refuses a tool that the reviewed plan does not grant', async () => {
  const plan = JSON.parse(await readFile(new URL('../../../plan.json', import.meta.url), 'utf8'));
  plan.tools.push({ name: 'text.shout' });
  plan.graph.nodes.push({ id: 'shout', tool: 'text.shout' });
  const { status, body } = await run({ plan });
  assert.equal(status, 403);
  assert.equal(body.error, 'tool text.shout is not granted');
});

test('the runtime survives a request that is not understood', async () => {
  const response = await fetch(`${agents.url}/run`, { method: 'POST', body: '{' });
  assert.equal(response.status, 400);
});
