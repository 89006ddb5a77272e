import { spawn } from 'node:child_process';
import { createServer } from 'node:net';

/** A port on which nothing listens. */
async function freePort() {
  const probe = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => probe.once('listening', resolve));
  const { port } = probe.address();
  await new Promise((resolve) => probe.close(resolve));
  return port;
}

/**
 * Starts an unpacked image as a lane does, and waits until it is healthy. The variables `X_IMAGE_DIR` and
 * `X_IMAGE_ENTRY` locate the image of the service `x`.
 */
export async function startImage(service, env = {}) {
  const name = service.toUpperCase().replaceAll('-', '_');
  const port = await freePort();
  const child = spawn(process.execPath, [process.env[`${name}_IMAGE_ENTRY`]], {
    cwd: process.env[`${name}_IMAGE_DIR`],
    env: { PATH: process.env.PATH, PORT: String(port), LANEKEEPER_REVISION: 'under-test', ...env },
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  const url = `http://127.0.0.1:${port}`;
  const deadline = Date.now() + 10_000;
  for (;;) {
    const healthy = await fetch(`${url}/healthz`).then(
      (response) => response.ok,
      () => false,
    );
    if (healthy) break;
    if (Date.now() > deadline || child.exitCode !== null) throw new Error(`${service} did not become healthy`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return { url, stop: () => child.kill('SIGKILL') };
}
