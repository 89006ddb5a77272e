import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { execaNode } from 'execa';
import { readJsonFile } from '../../adapters/files/json-file.js';
import { isRunning, type ProcessIdentity } from '../../adapters/process/identity.js';
import { stopServices } from '../../apps/router/service-record.js';
import { bundleNamed, imageOf, type LaneFixture, startLaneFixture, textService } from '../support/lane-fixture.js';
import { eventually, until } from '../support/until.js';

let lanes: LaneFixture;
let router: { kill(): Promise<unknown> };
const cleanUp: (() => Promise<unknown>)[] = [];

beforeAll(async () => {
  lanes = await startLaneFixture();
  cleanUp.push(() => lanes.close());
});
afterAll(async () => {
  for (const close of cleanUp.reverse()) await close();
});

/** Starts the router program as the supervisor does, and waits until it reports that it is ready. */
async function startRouter(): Promise<typeof router> {
  const env = {
    ...lanes.config.serviceEnv,
    DATABASE_URL: lanes.config.databaseUrl,
    LANEKEEPER_DATA: lanes.config.dataDir,
    LANEKEEPER_LANE_PORT_BASE: String(lanes.config.lanePortBase),
  };
  const child = execaNode(join(import.meta.dirname, '../../dist/router.js'), {
    env,
    extendEnv: false,
    reject: false,
    stdout: 'ignore',
    stderr: 'inherit',
    ipc: true,
  });
  cleanUp.push(async () => {
    child.kill('SIGTERM');
    await child;
    await stopServices(lanes.config.dataDir);
  });
  await child.getOneMessage();
  return {
    kill() {
      child.kill('SIGKILL');
      return child;
    },
  };
}

function services(): ProcessIdentity[] {
  return readJsonFile(join(lanes.config.dataDir, 'services', 'running.json')) as ProcessIdentity[];
}

it('a killed router leaves no service behind, and its successor serves the same bundle on the same port', async () => {
  router = await startRouter();
  await lanes.observed(
    'gold',
    await lanes.point('gold', bundleNamed('v1'), [await imageOf(lanes.store, 'web', textService('v1'))]),
  );
  const url = await lanes.urlOf('gold', 'web');
  const before = services();
  expect(before).toHaveLength(1);
  await router.kill();
  expect(before.map(isRunning)).toEqual([true]);
  router = await startRouter();
  expect(before.map(isRunning)).toEqual([false]);
  expect(await (await fetch(url)).text()).toBe('v1');
});

it('a router keeps serving while PostgreSQL is down, and follows it again afterwards', async () => {
  const url = await lanes.urlOf('gold', 'web');
  const killed = lanes.cluster.server.identity!;
  process.kill(killed.pid, 'SIGKILL');
  expect(await (await fetch(url)).text()).toBe('v1');
  await until(() => ![undefined, killed.pid].includes(lanes.cluster.server.identity?.pid), 'another server');
  await eventually(async () => expect(await lanes.database.tenants()).toEqual(['default']));
  await lanes.observed(
    'gold',
    await lanes.point('gold', bundleNamed('v2'), [await imageOf(lanes.store, 'web', textService('v2'))]),
  );
  expect(await (await fetch(url)).text()).toBe('v2');
});
