import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { execa } from 'execa';
import type { Browser, Page } from 'playwright-core';
import { onTestFinished } from '../clean-up.js';
import { openPage } from './hostile-page.js';

const root = join(import.meta.dirname, '../../..');

/** Bundles a module of ours as a page would load it, without anything of Node. @throws when it needs Node */
export async function bundleForBrowser(source: string): Promise<string> {
  const options = ['--bundle', '--format=esm', '--platform=browser', '--target=es2022', '--log-level=warning'];
  const { stdout } = await execa(join(root, 'node_modules/.bin/esbuild'), [...options, '--loader=ts'], {
    cwd: root,
    input: source,
  });
  return stdout;
}

/**
 * Opens a page of our own with one script, served on loopback under a policy as strict as that of any page that holds
 * keys: its own script alone, and nothing that compiles text.
 */
export async function openOwnPage(browser: Browser, script: string): Promise<Page> {
  const server = createServer((request, response) => {
    if (request.url === '/script.js')
      response.writeHead(200, { 'content-type': 'text/javascript; charset=utf-8' }).end(script);
    else
      response
        .writeHead(200, {
          'content-type': 'text/html',
          'content-security-policy': "default-src 'none'; script-src 'self'",
        })
        .end('<!doctype html><script type="module" src="/script.js"></script>');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  });
  return openPage(browser, `http://127.0.0.1:${String((server.address() as AddressInfo).port)}/`);
}
