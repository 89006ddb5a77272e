import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startImage } from '../../../tests/support/start-image.mjs';

let agents;
let web;
before(async () => {
  agents = await startImage('agents');
  web = await startImage('web', { AGENTS_URL: agents.url });
});
after(() => {
  web?.stop();
  agents?.stop();
});

test('the page shows the answer of the agents and its own revision', async () => {
  const page = await (await fetch(`${web.url}/?name=Grace`)).text();
  assert.match(page, /Hello, Grace, nice to see you/);
  assert.match(page, /<code id="revision">under-test<\/code>/);
});

test('the page does not let a visitor write HTML', async () => {
  const page = await (await fetch(`${web.url}/?name=${encodeURIComponent('<script>')}`)).text();
  assert.doesNotMatch(page, /<script>/);
});

test('the page says when the agents do not answer', async () => {
  const alone = await startImage('web', { AGENTS_URL: 'http://127.0.0.1:9' });
  try {
    assert.equal((await fetch(alone.url)).status, 502);
  } finally {
    alone.stop();
  }
});
