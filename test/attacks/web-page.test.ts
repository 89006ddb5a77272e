import { once } from 'node:events';
import { connect } from 'node:net';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { newUiAddress } from '../../apps/stack/temporal/ui-address.js';
import { startBrowser } from '../support/browser/browser.js';
import {
  evilHost,
  openHostilePage,
  openPage,
  openReboundPage,
  opensWebSocket,
  read,
} from '../support/browser/hostile-page.js';
import {
  changeable,
  readable,
  send,
  servers,
  startWebPageScene,
  type WebPageScene,
} from '../support/web-page-scene.js';

let scene: WebPageScene;
let browser: Browser;
beforeAll(async () => {
  scene = await startWebPageScene();
  browser = await startBrowser({ [evilHost]: '127.0.0.1' });
});
afterAll(async () => {
  await browser.close();
  await scene.close();
});

/** The status of what a page sends to a URL, which the page itself may not see. */
async function statusOf(page: Page, url: string | RegExp, act: () => Promise<unknown>): Promise<number> {
  const [response] = await Promise.all([page.waitForResponse(url), act()]);
  return response.status();
}

const refusedName = expect.stringContaining(`this server is not known as ${evilHost}`) as unknown;

describe.each(servers)('a page of another site, at the %s', (server) => {
  const port = () => scene.portOf[server];

  test('reads nothing under a name of its own that resolves to this machine', async () => {
    const rebound = `${evilHost}:${String(port())}`;
    const { status, text } = await send(port(), readable[server], { host: rebound, origin: `http://${rebound}` });
    expect([status, text]).toEqual([421, refusedName]);
    expect((await send(port(), readable[server])).status).toBe(200);
  });

  test('sends nothing that may change something, as a form, by a script or without an origin of its own', async () => {
    const type = { 'content-type': 'application/json' };
    for (const headers of [
      { origin: `http://${evilHost}` },
      { origin: 'null' },
      { origin: `http://127.0.0.1:${String(port() + 1)}`, 'sec-fetch-site': 'same-site' },
      { 'sec-fetch-site': 'cross-site' },
    ] as readonly Record<string, string>[]) {
      const { status, text } = await send(port(), changeable[server], { ...type, ...headers }, 'POST');
      expect([headers, status, text]).toEqual([headers, 403, expect.stringContaining('a page of another site')]);
    }
    const { text } = await send(port(), changeable[server], type, 'POST');
    expect(text).not.toContain('a page of another site');
  });

  test('opens no WebSocket', async () => {
    const headers = {
      ...{ connection: 'Upgrade', upgrade: 'websocket', 'sec-websocket-version': '13' },
      ...{ 'sec-websocket-key': Buffer.alloc(16).toString('base64'), origin: `http://${evilHost}` },
    };
    expect((await send(port(), readable[server], headers)).status).toBe(403);
  });

  test('is given no right to read what this user may, by any header of an answer', async () => {
    for (const method of ['GET', 'OPTIONS']) {
      const preflight = { origin: `http://${evilHost}`, 'access-control-request-method': 'POST' };
      const { headers } = await send(port(), changeable[server], preflight, method);
      expect(headers['access-control-allow-origin']).toBeUndefined();
    }
  });

  test('ends no process by leaving while it is refused', async () => {
    const socket = connect(port(), '127.0.0.1');
    await once(socket, 'connect');
    socket.write(`GET / HTTP/1.1\r\nhost: ${evilHost}\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n`);
    await new Promise<void>((resolve) => socket.write('x', () => resolve()));
    socket.resetAndDestroy();
    await once(socket, 'close');
    expect((await send(port(), readable[server])).status).toBe(200);
  });

  test('reads and posts nothing under its own name in a real browser', async () => {
    const page = await openReboundPage(browser, port());
    const refused = { status: 421, text: refusedName };
    expect(await read(page, readable[server])).toEqual(refused);
    expect(await read(page, changeable[server], '{}')).toEqual(refused);
  });

  test('sends nothing from a form or a script in a real browser', async () => {
    const url = `http://127.0.0.1:${String(port())}${changeable[server]}`;
    const form = `<form method=post enctype=text/plain action="${url}"><input name="{" value="}"><button></form>`;
    const page = await openHostilePage(browser, form);
    const post = () => page.evaluate((to) => void fetch(to, { method: 'POST', mode: 'no-cors', body: '{}' }), url);
    expect(await statusOf(page, url, post)).toBe(403);
    expect(await statusOf(page, url, () => page.click('button'))).toBe(403);
  });
});

test.each(['Temporal UI', 'enrolment process'] as const)(
  'the %s is served under a name of its operator',
  async (server) => {
    expect((await send(scene.portOf[server], readable[server], { host: 'lanekeeper.example' })).status).toBe(200);
  },
);

describe('a page of another site, in a real browser', () => {
  test('opens no WebSocket to a lane, which a page of the lane opens', async () => {
    const at = (host: string) => `ws://${host}:${String(scene.portOf.lane)}/`;
    expect(await opensWebSocket(await openHostilePage(browser), at('127.0.0.1'))).toBe(false);
    expect(await opensWebSocket(await openReboundPage(browser, scene.portOf.lane), at(evilHost))).toBe(false);
    const own = await openPage(browser, `http://127.0.0.1:${String(scene.portOf.lane)}/`);
    expect(await opensWebSocket(own, at('127.0.0.1'))).toBe(true);
  });

  test('starts no workflow through the Temporal UI, in which a person can', async () => {
    const start = (host: string, id: string): [string, string] => [
      `http://${host}:${String(scene.portOf['Temporal UI'])}/api/v1/namespaces/default/workflows/${id}`,
      JSON.stringify({ workflowType: { name: 'x' }, taskQueue: { name: 'nobody' }, requestId: id }),
    ];
    const rebound = await openReboundPage(browser, scene.portOf['Temporal UI']);
    expect((await read(rebound, '/')).status).toBe(421);
    expect((await read(rebound, ...start(evilHost, 'attack'))).status).toBe(421);
    const ui = await openPage(browser, `http://127.0.0.1:${String(scene.portOf['Temporal UI'])}/`);
    expect((await read(ui, ...start('127.0.0.1', 'own'))).status).toBe(200);
    await ui.goto(new URL('/namespaces/default/workflows', ui.url()).href);
    await ui.getByRole('link', { name: 'own', exact: true }).first().click();
    await ui.getByRole('button', { name: 'Request Cancellation' }).click();
    const cancel = () => ui.getByRole('dialog').getByRole('button', { name: 'Confirm' }).click();
    expect(await statusOf(ui, /workflows\/own\/cancel/, cancel)).toBe(200);
    expect(await scene.temporal.runs()).toEqual(['own']);
  });
});

describe('the Temporal UI itself', () => {
  test('listens where no page finds it: at another address each time, and not at 127.0.0.1 where there are others', async () => {
    const addresses = await Promise.all([newUiAddress(), newUiAddress(), newUiAddress()]);
    expect(new Set(addresses.map(({ host, port }) => `${host}:${String(port)}`)).size).toBe(3);
    const { host, port } = scene.temporal.ui;
    if (process.platform === 'linux') expect(host).not.toBe('127.0.0.1');
    const answers = await fetch(`http://127.0.0.1:${String(port)}/api/v1/namespaces`).then(
      () => true,
      () => false,
    );
    expect(answers).toBe(host === '127.0.0.1');
  });
});
