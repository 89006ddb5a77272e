import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createServer, request, type Server } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { createPage, isForPage } from '../../apps/api/page/serve.js';
import { scratchFolder } from '../support/scratch.js';

let server: Server;
let folder: string;
let port: number;
const script = 'console.log("the page");'.repeat(2_000);
beforeAll(async () => {
  folder = await scratchFolder();
  await mkdir(join(folder, 'assets'));
  await mkdir(join(folder, '.vite'));
  await writeFile(join(folder, '.vite', 'manifest.json'), '{}');
  await writeFile(join(folder, 'index.html'), '<!doctype html><title>Lanekeeper</title>');
  await writeFile(join(folder, 'assets', 'index-abc.js'), script);
  await writeFile(join(folder, 'assets', 'index-abc.js.gz'), gzipSync(script));
  const page = createPage(folder);
  server = createServer((asked, response) => page(asked, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  ({ port } = server.address() as AddressInfo);
});
afterAll(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  await rm(folder, { recursive: true, force: true });
});

interface Answer {
  readonly status: number | undefined;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

/** Asks without anything that a client would put right on the way. */
function ask(path: string, headers: Record<string, string> = {}, method = 'GET'): Promise<Answer> {
  return new Promise((resolve, reject) => {
    request({ host: '127.0.0.1', port, path, method, headers, agent: false }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () =>
        resolve({
          status: response.statusCode,
          headers: response.headers,
          body: Buffer.concat(chunks).toString('utf8'),
        }),
      );
    })
      .on('error', reject)
      .end();
  });
}

describe('the page', () => {
  test('is its files, for ever where they are named by their content, and the document everywhere else', async () => {
    const asset = await ask('/assets/index-abc.js');
    expect(asset).toMatchObject({ status: 200, body: script });
    expect(asset.headers).toMatchObject({
      'content-type': 'text/javascript; charset=utf-8',
      'cache-control': 'public, max-age=31536000, immutable',
      'x-content-type-options': 'nosniff',
    });
    for (const path of [
      '/',
      '/lanes?q=x',
      '/promotions/x',
      '/.vite/manifest.json',
      '//evil.example',
      '/../etc/passwd',
    ]) {
      const document = await ask(path);
      expect([path, document.status, document.body]).toEqual([path, 200, '<!doctype html><title>Lanekeeper</title>']);
      expect(document.headers['cache-control']).toBe('no-cache');
      expect(document.headers['content-security-policy']).toContain("trusted-types 'none'");
    }
  });

  test('is compressed for whoever takes that, and not sent again to whoever has it', async () => {
    const asset = await ask('/assets/index-abc.js', { 'accept-encoding': 'gzip, br' });
    expect(asset.headers).toMatchObject({ 'content-encoding': 'gzip', vary: 'accept-encoding' });
    const { etag } = asset.headers as { etag: string };
    expect(await ask('/assets/index-abc.js', { 'if-none-match': etag })).toMatchObject({ status: 304, body: '' });
    const head = await ask('/assets/index-abc.js', {}, 'HEAD');
    expect(head).toMatchObject({ status: 200, body: '' });
    expect(head.headers['content-length']).toBe(String(script.length));
  });

  test.each(['/assets/', '/assets/index-old.js', '/assets/%c0%ae', '/assets/..%5c..%5capi.js'])(
    'has no file %s, and gives nothing else in its place for ever',
    async (path) => {
      const answer = await ask(path);
      expect(answer.status).toBe(404);
      expect(answer.headers['cache-control']).toBeUndefined();
    },
  );

  test.each(['bytes=5-2', 'bytes=0-9007199254740993', `bytes=0-${'9'.repeat(40)}`, 'bytes=-1', 'lines=1-2'])(
    'is whole, whatever part of it is asked for: %s',
    async (range) => {
      expect(await ask('/', { range })).toMatchObject({ status: 200 });
      expect(await ask('/assets/index-abc.js', { range })).toMatchObject({ status: 200, body: script });
    },
  );

  test('takes no longer for an address that is made to take long', async () => {
    // With a pattern that tries every way to split this, it would be years.
    expect(await ask(`/${'a.a'.repeat(2_000)}!`)).toMatchObject({ status: 200 });
    expect(isForPage({ method: 'GET', url: `/${'a.a'.repeat(4_000)}!` })).toBe(true);
  });

  test('goes on when its folder is gone', async () => {
    await rm(folder, { recursive: true, force: true });
    expect(await ask('/assets/index-abc.js')).toMatchObject({ status: 200, body: script });
  });

  test('opens nothing for clients that ask and leave', async () => {
    const line = `GET /assets/index-abc.js HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n`;
    await Promise.all(
      Array.from(
        { length: 100 },
        () =>
          new Promise<void>((resolve) => {
            const socket = connect(port, '127.0.0.1', () => {
              socket.write(line.repeat(20));
              socket.once('readable', () => socket.destroy());
            });
            socket.on('error', () => undefined);
            socket.on('close', () => resolve());
          }),
      ),
    );
    expect(await ask('/')).toMatchObject({ status: 200 });
  });
});
