import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { findFreePorts } from '../../adapters/network/free-port.js';
import { dynamicConfig } from '../../temporal-config/dynamic-config.js';
import { type DevServer, startDevServer } from '../support/dev-server.js';
import { eventually } from '../support/until.js';

let door: DevServer;
/** The HTTP API of the dev server, on a port that the test knows. */
let httpPort: number;
beforeAll(async () => {
  const [first = 0, uiPort = 0] = await findFreePorts(2);
  httpPort = first;
  door = await startDevServer({ host: '127.0.0.1', port: uiPort }, ['--http-port', String(httpPort)]);
});
afterAll(() => door.close());

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
  const socket = connect(httpPort, '127.0.0.1');
  socket.write(request);
  return text(socket);
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
    const port = String(httpPort);
    const answer = await answerTo(postOfAnotherSite(host(port), `${target(port)}${path}`));
    expect(answer).toMatch(/^HTTP\/1\.[01] 403 Forbidden\r\n/);
    expect(answer).toContain('Host not allowed');
    expect(await door.runs()).toEqual([]);
  });

  test('does not understand a request that names the only host on its list', async () => {
    expect(dynamicConfig['frontend.httpAllowedHosts']).toBe('["no host"]');
    expect(await answerTo(postOfAnotherSite('no host', path))).toMatch(/^HTTP\/1\.1 400 Bad Request/);
    expect(await answerTo(postOfAnotherSite('no%20host', path))).toContain('Host not allowed');
  });

  test('is not what the Temporal UI uses, which still shows the runs', async () => {
    await eventually(async () => {
      const answer = await fetch(`http://127.0.0.1:${String(door.ui.port)}/api/v1/namespaces/default/workflows`);
      expect([answer.status, await answer.json()]).toEqual([200, {}]);
    });
  });
});
