import type { IncomingMessage } from 'node:http';
import { describe, expect, test } from '@jest/globals';
import { createGuard, requireOrigins } from '../../adapters/http/guard.js';

const guard = createGuard(['https://lanes.example', 'http://intern.example:8080']);

/** A request as Node has read it. */
function request(headers: readonly (readonly [string, string])[], method = 'GET', url = '/'): IncomingMessage {
  return {
    ...{ method, url, rawHeaders: headers.flat() },
    headers: Object.fromEntries(headers.map(([name, value]) => [name.toLowerCase(), value])),
  } as unknown as IncomingMessage;
}
const statusOf = (...args: Parameters<typeof request>): number | undefined => guard(request(...args))?.status;
const own = ['Host', '127.0.0.1:7400'] as const;

describe('the host of a request', () => {
  test.each([
    ...['127.0.0.1', '127.0.0.1:7400', 'localhost:7400', 'LocalHost', 'localhost.:7400', '[::1]:7400'],
    ...['lanes.example', 'intern.example:8080'],
  ])('may be %s', (host) => {
    expect(statusOf([['Host', host]])).toBeUndefined();
  });

  test.each([
    ...['evil.example', 'evil.example:7400', '127.0.0.1.evil.example', 'localhost.evil.example', 'intern.example'],
    ...['127.0.0.2', '0.0.0.0:7400', '2130706433', '192.168.1.1', 'lanes.example:8443'],
  ])('may not be %s', (host) => {
    expect(statusOf([['Host', host]])).toBe(421);
  });

  test.each([
    ['missing', []],
    ['given twice', [own, ['Host', 'evil.example']]],
    ['given twice, in other letters', [own, ['hOST', '127.0.0.1']]],
    ['no host', [['Host', 'evil.example@127.0.0.1']]],
    ['empty', [['Host', '']]],
  ] as const)('is refused when it is %s', (_what, headers) => {
    expect(statusOf(headers)).toBe(400);
  });

  test('is not taken from a target that names another one', () => {
    expect(statusOf([own], 'GET', 'http://evil.example/')).toBe(400);
    expect(statusOf([own], 'OPTIONS', '*')).toBeUndefined();
  });
});

describe('a request that may change something', () => {
  const writes = ['POST', 'PUT', 'PATCH', 'DELETE', 'PROPFIND'];

  test.each(writes)('%s is served from its own origin, or from a program', (method) => {
    for (const origin of ['http://127.0.0.1:7400', 'HTTP://127.0.0.1:7400', 'https://lanes.example'])
      expect(statusOf([own, ['Origin', origin]], method)).toBeUndefined();
    for (const site of ['same-origin', 'none'])
      expect(statusOf([own, ['Sec-Fetch-Site', site]], method)).toBeUndefined();
    expect(statusOf([own], method)).toBeUndefined();
  });

  test.each(writes)('%s is refused from another origin, another port or nowhere', (method) => {
    for (const origin of ['http://evil.example', 'http://127.0.0.1:7402', 'https://127.0.0.1:7400', 'null', ''])
      expect([origin, statusOf([own, ['Origin', origin]], method)]).toEqual([origin, 403]);
    for (const site of ['cross-site', 'same-site', 'anything'])
      expect(statusOf([own, ['Sec-Fetch-Site', site]], method)).toBe(403);
  });

  test('is refused from an unencrypted page under a name that is public by https alone', () => {
    const statusFrom = (host: string, origin: string) =>
      statusOf(
        [
          ['Host', host],
          ['Origin', origin],
        ],
        'POST',
      );
    expect(statusFrom('lanes.example', 'http://lanes.example')).toBe(403);
    expect(statusFrom('lanes.example', 'https://lanes.example')).toBeUndefined();
    expect(statusFrom('intern.example:8080', 'http://intern.example:8080')).toBeUndefined();
  });

  test('can be the opening of a WebSocket, which no browser keeps a page from', () => {
    const upgrade = ['Upgrade', 'websocket'] as const;
    expect(statusOf([own, upgrade, ['Origin', 'http://evil.example']])).toBe(403);
    expect(statusOf([own, upgrade, ['Origin', 'http://127.0.0.1:7400']])).toBeUndefined();
  });
});

test('a link on a page of another site may be followed', () => {
  expect(statusOf([own, ['Sec-Fetch-Site', 'cross-site']])).toBeUndefined();
});

describe('the origins of a server', () => {
  test('are a list', () => {
    const read = (text: string) => requireOrigins({ LANEKEEPER_PUBLIC_ORIGINS: text });
    expect(read(' https://a.example , http://b.example:81,')).toEqual(['https://a.example', 'http://b.example:81']);
    expect(requireOrigins({})).toEqual([]);
    for (const wrong of ['a.example', 'https://a.example/', 'ftp://a.example', '*'])
      expect(() => read(wrong)).toThrow(expect.objectContaining({ code: 'CONFIGURATION' }));
  });
});
