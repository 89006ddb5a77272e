import { noRules } from '../../activities/policy/rule-source.js';
import { type IncomingHttpHeaders, request } from 'node:http';
import { RefusedDrafts } from '../../apps/enrolment/policy/refused-drafts.js';
import { startEnrolmentServer } from '../../apps/enrolment/server.js';
import { newUiAddress } from '../../apps/stack/temporal/ui-address.js';
import { startUiProxy } from '../../apps/ui-proxy/server.js';
import { findFreePorts } from '../../adapters/network/free-port.js';
import { rowsOf } from './attack-scene.js';
import { type DevServer, startDevServer } from './dev-server.js';
import { startEngine } from './engine.js';
import { startApiOn } from './lane-runner.js';
import { sealText } from './sealed-bundle.js';

/** What a web page in this user's browser reaches on loopback. */
export type Server = 'API' | 'lane' | 'Temporal UI' | 'enrolment process';

/** What each server has that a page would like to read. */
export const readable: Readonly<Record<Server, string>> = {
  ...{ API: '/healthz', lane: '/' },
  ...{ 'Temporal UI': '/api/v1/namespaces', 'enrolment process': '/healthz' },
};

/** Where each server takes what would change something. */
export const changeable: Readonly<Record<Server, string>> = {
  ...{ API: '/governance.v1.IdentityService/WhoAmI', lane: '/' },
  'Temporal UI': '/api/v1/namespaces/default/workflows/attack',
  'enrolment process': '/governance.v1.EnrolmentService/SubmitEnrolment',
};

export const servers = Object.keys(readable) as readonly Server[];

/** What their operator has named. */
const publicOrigins = ['https://lanekeeper.example'];

/** All servers of a workstation, as the stack starts them. */
export interface WebPageScene {
  readonly portOf: Readonly<Record<Server, number>>;
  /** The dev server behind the proxy of the Temporal UI. */
  readonly temporal: DevServer;
  close(): Promise<void>;
}

/** Starts the servers; a bundle with a text is live in bronze. */
export async function startWebPageScene(): Promise<WebPageScene> {
  const cleanUp: (() => Promise<unknown>)[] = [];
  const close = async () => {
    for (const each of cleanUp.splice(0).reverse()) await each();
  };
  try {
    const engine = await startEngine();
    cleanUp.push(() => engine.close());
    const api = await startApiOn(engine);
    cleanUp.push(() => api.close());
    await engine.bringTo(await sealText(engine, 'live'), 'bronze');
    const temporal = await startDevServer(await newUiAddress());
    cleanUp.push(() => temporal.close());
    const [uiPort = 0] = await findFreePorts(1);
    const proxy = await startUiProxy({ port: uiPort, target: temporal.ui, publicOrigins });
    cleanUp.push(() => proxy.close());
    const { database } = engine;
    const enrolment = await startEnrolmentServer(
      { database, rules: noRules, refusedDrafts: new RefusedDrafts(), now: () => new Date() },
      0,
      () => undefined,
      publicOrigins,
    );
    cleanUp.push(() => enrolment.close());
    const [lane] = await rowsOf<{ port: number }>(engine, "select port from lane_targets where lane = 'bronze'");
    const portOf = {
      ...{ API: Number(new URL(api.url).port), lane: lane?.port ?? 0 },
      ...{ 'Temporal UI': uiPort, 'enrolment process': enrolment.port },
    };
    return { portOf, temporal, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** What a server answered. */
export interface Answer {
  readonly status: number | undefined;
  readonly text: string;
  readonly headers: IncomingHttpHeaders;
}

/** Sends a request with the headers that a browser, or somebody who writes them by hand, adds. */
export function send(
  port: number,
  path: string,
  headers: Readonly<Record<string, string>> = {},
  method = 'GET',
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = request({ host: '127.0.0.1', port, path, method, headers }, (response) => {
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
