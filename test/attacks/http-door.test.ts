import { mkdir, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { Client, type Connection } from '@temporalio/client';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { findFreePorts } from '../../adapters/network/free-port.js';
import { Child } from '../../apps/stack/child.js';
import { readStackConfig } from '../../apps/stack/config.js';
import { devServerPlan } from '../../apps/stack/temporal/dev-server.js';
import { dynamicConfig } from '../../temporal-config/dynamic-config.js';
import { dataFolder } from '../support/embedded-cluster.js';
import { connectTo } from '../support/temporal-server.js';
import { eventually } from '../support/until.js';
import { toolPath } from '../support/tool-path.js';

interface Door {
  readonly dataDir: string;
  readonly httpPort: number;
  readonly uiPort: number;
  readonly connection: Connection;
  readonly server: Child;
}

/** The dev server as the stack starts it, except that its HTTP API has a port that the test knows. */
async function startDoor(): Promise<Door> {
  const dataDir = await dataFolder();
  await mkdir(join(dataDir, 'logs'));
  const config = { ...readStackConfig(['start', '--data', dataDir]), temporalPath: toolPath('temporal') };
  const [httpPort = 0, temporal = 0, temporalUi = 0] = await findFreePorts(3);
  const plan = devServerPlan(config, { temporal }, { host: '127.0.0.1', port: temporalUi });
  const server = new Child(
    { ...plan, args: [...plan.args, '--http-port', String(httpPort)] },
    { changed: () => undefined, log: () => undefined },
  );
  await server.start(60_000);
  return {
    dataDir,
    httpPort,
    uiPort: temporalUi,
    connection: await connectTo({ address: `127.0.0.1:${String(temporal)}` }),
    server,
  };
}

let door: Door;
beforeAll(async () => {
  door = await startDoor();
});
afterAll(async () => {
  await door.connection.close();
  await door.server.stop();
  await rm(door.dataDir, { recursive: true, force: true });
});

/** What a form on a page of another site sends: browsers ask nobody before a POST of plain text. */
function postOfAnotherSite(host: string | undefined, target: string): string {
  const body = JSON.stringify({ workflowType: { name: 'promotion' }, taskQueue: { name: 'lanekeeper-control' } });
  return [
    // Only HTTP/1.0 allows a request without a host.
    `POST ${target} HTTP/1.${host === undefined ? '0' : '1'}`,
    ...(host === undefined ? [] : [`Host: ${host}`]),
    'Origin: https://evil.example',
    'Content-Type: text/plain',
    'Connection: close',
    `Content-Length: ${String(Buffer.byteLength(body))}`,
    '',
    body,
  ].join('\r\n');
}

async function answerTo(request: string): Promise<string> {
  const socket = connect(door.httpPort, '127.0.0.1');
  socket.write(request);
  return text(socket);
}

async function runs(): Promise<string[]> {
  const found: string[] = [];
  const client = new Client({ connection: door.connection });
  for await (const { workflowId } of client.workflow.list()) found.push(workflowId);
  return found;
}

const path = '/api/v1/namespaces/default/workflows/attack';

describe('the HTTP API of the Temporal dev server', () => {
  test.each<[string, (port: string) => string | undefined, ((port: string) => string)?]>([
    ['its own address', (port) => `127.0.0.1:${port}`],
    ['localhost', () => 'localhost'],
    ['localhost and the port', (port) => `localhost:${port}`],
    ['127.0.0.1', () => '127.0.0.1'],
    ['a name of the attacker, which resolves to this machine', (port) => `evil.example:${port}`],
    ['an empty host', () => ''],
    ['no host', () => undefined],
    ['its own address, and asks for another one', (port) => `127.0.0.1:${port}`, (port) => `http://localhost:${port}`],
  ])('starts nothing for a page of another site that names %s', async (_what, host, target = () => '') => {
    const port = String(door.httpPort);
    const answer = await answerTo(postOfAnotherSite(host(port), `${target(port)}${path}`));
    expect(answer).toMatch(/^HTTP\/1\.[01] 403 Forbidden\r\n/);
    expect(answer).toContain('Host not allowed');
    expect(await runs()).toEqual([]);
  });

  test('does not understand a request that names the only host on its list', async () => {
    expect(dynamicConfig['frontend.httpAllowedHosts']).toBe('["no host"]');
    expect(await answerTo(postOfAnotherSite('no host', path))).toMatch(/^HTTP\/1\.1 400 Bad Request/);
    expect(await answerTo(postOfAnotherSite('no%20host', path))).toContain('Host not allowed');
  });

  test('is not what the Temporal UI uses, which still shows the runs', async () => {
    await eventually(async () => {
      const answer = await fetch(`http://127.0.0.1:${String(door.uiPort)}/api/v1/namespaces/default/workflows`);
      expect([answer.status, await answer.json()]).toEqual([200, {}]);
    });
  });
});
