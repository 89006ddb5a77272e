import { type IncomingHttpHeaders, request } from 'node:http';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { startEnrolmentServer } from '../../apps/enrolment/server.js';
import { startUiProxy } from '../../apps/ui-proxy/server.js';
import { findFreePorts } from '../../adapters/network/free-port.js';
import { rowsOf } from '../support/attack-scene.js';
import { type Engine, startEngine } from '../support/engine.js';
import { type ApiOnEngine, startApiOn } from '../support/lane-runner.js';
import { sealText } from '../support/sealed-bundle.js';
import { startTemporal } from '../support/temporal-server.js';

/** What a page in this user's browser can send to loopback: a browser adds Host, Origin and Sec-Fetch-Site by itself. */
type Server = 'API' | 'lane' | 'Temporal UI' | 'enrolment process';

let engine: Engine;
let api: ApiOnEngine;
let portOf: Readonly<Record<Server, number>>;
const cleanUp: (() => Promise<unknown>)[] = [];

beforeAll(async () => {
  engine = await startEngine();
  cleanUp.push(() => engine.close());
  api = await startApiOn(engine);
  cleanUp.push(() => api.close());
  await engine.bringTo(await sealText(engine, 'live'), 'bronze');
  const temporal = await startTemporal(engine.dataDir + '/ui');
  cleanUp.push(() => temporal.close());
  const [uiPort = 0] = await findFreePorts(1);
  const proxy = await startUiProxy({ port: uiPort, target: temporal.ui, publicOrigins: [] });
  cleanUp.push(() => proxy.close());
  const { database } = engine;
  const enrolment = await startEnrolmentServer({ database, now: () => new Date() }, 0, () => undefined);
  cleanUp.push(() => enrolment.close());
  const [lane] = await rowsOf<{ port: number }>(engine, "select port from lane_targets where lane = 'bronze'");
  portOf = {
    ...{ API: Number(new URL(api.url).port), lane: lane!.port },
    ...{ 'Temporal UI': uiPort, 'enrolment process': enrolment.port },
  };
});
afterAll(async () => {
  for (const close of cleanUp.reverse()) await close();
});

interface Answer {
  readonly status: number | undefined;
  readonly text: string;
  readonly headers: IncomingHttpHeaders;
}

function send(server: Server, path: string, headers: Record<string, string> = {}, method = 'GET'): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = request({ host: '127.0.0.1', port: portOf[server], path, method, headers }, (response) => {
      const parts: Buffer[] = [];
      response.on('data', (part: Buffer) => parts.push(part));
      response.on('end', () =>
        resolve({ status: response.statusCode, text: Buffer.concat(parts).toString(), headers: response.headers }),
      );
    });
    sent.on('upgrade', (response, socket) => {
      socket.destroy();
      resolve({ status: response.statusCode, text: '', headers: response.headers });
    });
    sent.on('error', reject);
    sent.end(method === 'POST' ? '{}' : undefined);
  });
}

/** What each server has that a page would like to read or to change. */
const read: Readonly<Record<Server, string>> = {
  ...{ API: '/healthz', lane: '/' },
  ...{ 'Temporal UI': '/api/v1/namespaces', 'enrolment process': '/healthz' },
};
const write: Readonly<Record<Server, string>> = {
  ...{ API: '/governance.v1.IdentityService/WhoAmI', lane: '/' },
  'Temporal UI': '/api/v1/namespaces/default/workflows/x',
  'enrolment process': '/governance.v1.EnrolmentService/SubmitEnrolment',
};
const servers = Object.keys(read) as readonly Server[];

describe.each(servers)('a page of another site, at the %s', (server) => {
  test('reads nothing under a name of its own that resolves to this machine', async () => {
    const rebound = `evil.example:${String(portOf[server])}`;
    const { status, text } = await send(server, read[server], { host: rebound, origin: `http://${rebound}` });
    expect([status, text]).toEqual([421, expect.stringContaining('this server is not known as evil.example')]);
    expect((await send(server, read[server])).status).toBe(200);
  });

  test('sends nothing that may change something, as a form, by a script or without an origin of its own', async () => {
    const type = { 'content-type': 'application/json' };
    for (const headers of [
      { origin: 'http://evil.example' },
      { origin: 'null' },
      { origin: `http://127.0.0.1:${String(portOf[server] + 1)}`, 'sec-fetch-site': 'same-site' },
      { 'sec-fetch-site': 'cross-site' },
    ] as readonly Record<string, string>[]) {
      const { status, text } = await send(server, write[server], { ...type, ...headers }, 'POST');
      expect([headers, status, text]).toEqual([headers, 403, expect.stringContaining('a page of another site')]);
    }
    const { text } = await send(server, write[server], type, 'POST');
    expect(text).not.toContain('a page of another site');
  });

  test('opens no WebSocket', async () => {
    const headers = {
      ...{ connection: 'Upgrade', upgrade: 'websocket', 'sec-websocket-version': '13' },
      ...{ 'sec-websocket-key': Buffer.alloc(16).toString('base64'), origin: 'http://evil.example' },
    };
    expect((await send(server, read[server], headers)).status).toBe(403);
  });

  test('is given no right to read what this user may, by any header of an answer', async () => {
    for (const method of ['GET', 'OPTIONS']) {
      const preflight = { origin: 'http://evil.example', 'access-control-request-method': 'POST' };
      const { headers } = await send(server, write[server], preflight, method);
      expect(headers['access-control-allow-origin']).toBeUndefined();
    }
  });
});
