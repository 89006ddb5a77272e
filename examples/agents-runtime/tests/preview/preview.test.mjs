import assert from 'node:assert/strict';
import { test } from 'node:test';

const preview = process.env.PREVIEW_URL;

test('the preview shows a greeting, an answer and a revision', async () => {
  const response = await fetch(new URL('/', preview));
  assert.equal(response.status, 200);
  const page = await response.text();
  assert.match(page, /<h1>[^<]+<\/h1>/);
  assert.match(page, /Hello, visitor, nice to see you/);
  assert.match(page, /<code id="revision">[0-9a-f]{40}<\/code>/);
});

test('web and agents of the preview are of the same revision', async () => {
  const content = await (await fetch(new URL('/api/answer', preview))).json();
  assert.equal(content.answer.revision, content.revision);
});
