// Runs against the unpacked image, as configured in lanekeeper.yaml: only the programs and packages that would be
// deployed.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';

const { IMAGE_DIR: folder, IMAGE_ENTRY: entry, PATH } = process.env;

/** Starts the entry of the image with only these variables. */
function start(variables) {
  return spawn(process.execPath, [entry], {
    cwd: folder,
    env: { PATH, ...variables },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

async function textOf(stream) {
  let text = '';
  for await (const chunk of stream) text += chunk;
  return text;
}

/** A port on which nothing listens. */
async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}

async function healthOf(port) {
  for (
    const deadline = Date.now() + 20_000;
    Date.now() < deadline;
    await new Promise((resolve) => setTimeout(resolve, 50))
  ) {
    const response = await fetch(`http://127.0.0.1:${port}/healthz`).catch(() => undefined);
    if (response !== undefined) return { status: response.status, body: await response.json() };
  }
  throw new Error('the API did not start to listen');
}

test('without configuration it exits at once and names everything that is missing', async () => {
  const child = start({});
  const [output, [code]] = await Promise.all([textOf(child.stdout), once(child, 'exit')]);
  assert.equal(code, 1);
  for (const name of ['DATABASE_URL', 'LANEKEEPER_DATA', 'LANEKEEPER_POLICY_ROOTS', 'LANEKEEPER_API_PORT'])
    assert.match(output, new RegExp(name));
});

test('it listens on PORT, reports that the database and Temporal do not answer, refuses callers, and exits when told to', async () => {
  const [port, nobody] = [await freePort(), await freePort()];
  const child = start({
    PORT: String(port),
    DATABASE_URL: `postgres://nobody@127.0.0.1:${nobody}/none`,
    TEMPORAL_ADDRESS: `127.0.0.1:${nobody}`,
    LANEKEEPER_ENROLMENT_URL: `http://127.0.0.1:${nobody}`,
    LANEKEEPER_DATA: join(tmpdir(), 'data'),
    LANEKEEPER_POLICY_ROOTS: `default=sha256:${'0'.repeat(64)}`,
  });
  try {
    const { status, body } = await healthOf(port);
    assert.equal(status, 503);
    assert.equal(body.status, 'degraded');
    assert.deepEqual([body.parts.database.ok, body.parts.temporal.ok], [false, false]);
    const call = await fetch(`http://127.0.0.1:${port}/governance.v1.IdentityService/WhoAmI`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{}',
    });
    assert.equal(call.status, 401);
  } finally {
    child.kill('SIGTERM');
  }
  assert.deepEqual(await once(child, 'exit'), [0, null]);
});
