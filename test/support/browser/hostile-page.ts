import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Browser, Page } from 'playwright-core';
import { onTestFinished } from '../clean-up.js';

/** The name of an attacker; the browser of a test is started so that it resolves to this machine. */
export const evilHost = 'evil.example';

/** Opens a page of the attacker's own site, which is another origin than everything on this machine. */
export async function openHostilePage(browser: Browser, html = ''): Promise<Page> {
  const server = createServer((_request, response) => {
    response.writeHead(200, { 'content-type': 'text/html' }).end(`<!doctype html>${html}`);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  });
  return openPage(browser, `http://${evilHost}:${String((server.address() as AddressInfo).port)}/`);
}

/**
 * Opens a page of the attacker whose name resolves, from then on, to a port of this machine (DNS rebinding): the page came
 * from elsewhere, and whatever it asks for next under its own origin is asked of that port.
 */
export async function openReboundPage(browser: Browser, port: number): Promise<Page> {
  const page = await newPage(browser);
  const url = `http://${evilHost}:${String(port)}/attack`;
  await page.route(url, (route) => route.fulfill({ contentType: 'text/html', body: '<!doctype html>' }));
  await page.goto(url);
  await page.unroute(url);
  return page;
}

/** Opens a page as its user does. */
export async function openPage(browser: Browser, url: string): Promise<Page> {
  const page = await newPage(browser);
  await page.goto(url);
  return page;
}

async function newPage(browser: Browser): Promise<Page> {
  const page = await browser.newPage();
  onTestFinished(() => page.close());
  return page;
}

/** Whether a script of the page can open a WebSocket. */
export function opensWebSocket(page: Page, url: string): Promise<boolean> {
  return page.evaluate(
    (address) =>
      new Promise<boolean>((resolve) => {
        const socket = new WebSocket(address);
        socket.onopen = () => resolve(true);
        socket.onerror = () => resolve(false);
      }),
    url,
  );
}

/**
 * What a script of the page can read of an answer. A POST carries the token against forgery that the Temporal UI has set
 * as a cookie, as its own pages do, and as every page of its origin can.
 *
 * @throws when the browser keeps the answer from the script
 */
export function read(
  page: Page,
  url: string,
  post?: string,
): Promise<{ readonly status: number; readonly text: string }> {
  return page.evaluate(
    async ([address, body]) => {
      const { cookie } = (globalThis as unknown as { document: { cookie: string } }).document;
      const token = /(?:^|; )_csrf=([^;]*)/.exec(cookie)?.[1] ?? '';
      const headers = { 'content-type': 'application/json', 'x-csrf-token': token };
      const response = await fetch(address, body === undefined ? {} : { method: 'POST', body, headers });
      return { status: response.status, text: await response.text() };
    },
    [url, post] as const,
  );
}
