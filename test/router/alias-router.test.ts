import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type AliasRouter, startAliasRouter } from '../../apps/router/alias-router.js';
import { bundleNamed, imageOf, type LaneFixture, startLaneFixture, textService } from '../support/lane-fixture.js';
import { eventually } from '../support/until.js';

let lanes: LaneFixture;
let router: AliasRouter;

const cleanUp: (() => Promise<void>)[] = [];

beforeAll(async () => {
  lanes = await startLaneFixture();
  cleanUp.push(() => lanes.close());
  router = await startAliasRouter(lanes.config, () => undefined);
  cleanUp.push(() => router.close());
});
afterAll(async () => {
  for (const close of cleanUp.reverse()) await close();
});

/** Points a lane at a bundle with one service named web that answers with `text`. */
async function serve(lane: string, text: string) {
  const generation = await lanes.point(lane, bundleNamed(text), [await imageOf(lanes.store, 'web', textService(text))]);
  return lanes.observed(lane, generation);
}
async function answerOf(lane: string, path = '/'): Promise<{ status: number; text: string; bundle: string | null }> {
  const response = await fetch((await lanes.urlOf(lane, 'web')) + path);
  return { status: response.status, text: await response.text(), bundle: response.headers.get('lanekeeper-bundle') };
}

describe('a switch', () => {
  it('serves the bundle of the lane, names it in a header, and reports it', async () => {
    expect(await serve('bronze', 'one')).toMatchObject({ status: 'SERVING', servedBundle: bundleNamed('one') });
    expect(await answerOf('bronze')).toEqual({ status: 200, text: 'one', bundle: bundleNamed('one') });
  });

  it('goes back to the previous build in less than half a second, and no request of a steady client fails', async () => {
    await serve('gold', 'first');
    await serve('gold', 'second');
    const url = await lanes.urlOf('gold', 'web');
    const seen: { status: number; text: string }[] = [];
    const pending: Promise<unknown>[] = [];
    const client = setInterval(() => {
      pending.push(
        fetch(url).then(async (response) => seen.push({ status: response.status, text: await response.text() })),
      );
    }, 20);
    const services = [await imageOf(lanes.store, 'web', textService('first'))];
    await delay(200);
    const begun = Date.now();
    await lanes.observed('gold', await lanes.point('gold', bundleNamed('first'), services));
    const tookMs = Date.now() - begun;
    await delay(200);
    clearInterval(client);
    await Promise.all(pending);
    expect(tookMs).toBeLessThan(500);
    expect(seen.length).toBeGreaterThan(15);
    expect(seen.filter(({ status }) => status !== 200)).toEqual([]);
    expect([seen[0]?.text, seen.at(-1)?.text]).toEqual(['second', 'first']);
  });

  it('lets a request in progress finish with the build that started it', async () => {
    await serve('silver', 'before');
    const slow = answerOf('silver', '/slow');
    await delay(50);
    await serve('silver', 'after');
    expect(await slow).toMatchObject({ status: 200, text: 'before' });
    expect(await answerOf('silver')).toMatchObject({ text: 'after' });
  });
});

describe('a build that cannot serve', () => {
  it('leaves the previous build in service, and its last output is reported', async () => {
    await serve('bronze', 'good');
    const broken = await imageOf(lanes.store, 'web', "console.error('no database, giving up'); process.exit(3)");
    const seen = await lanes.observed('bronze', await lanes.point('bronze', bundleNamed('broken'), [broken]));
    expect(seen).toMatchObject({ status: 'FAILED', servedBundle: bundleNamed('good') });
    expect(seen.detail).toContain('exit code 3');
    expect(seen.detail).toContain('no database, giving up');
    expect(await answerOf('bronze')).toMatchObject({ status: 200, text: 'good' });
  });

  it('is refused when it needs a newer Node', async () => {
    const tooNew = await imageOf(lanes.store, 'web', textService('x'), 99);
    const seen = await lanes.observed('silver', await lanes.point('silver', bundleNamed('new'), [tooNew]));
    expect(seen).toMatchObject({ status: 'FAILED' });
    expect(seen.detail).toContain('needs Node 99');
  });

  it('is abandoned at once when a newer generation comes', async () => {
    const hanging = await imageOf(lanes.store, 'web', 'setInterval(() => undefined, 1000)');
    await lanes.point('bronze', bundleNamed('hanging'), [hanging]);
    const begun = Date.now();
    await serve('bronze', 'newer');
    expect(Date.now() - begun).toBeLessThan(lanes.config.healthDeadlineMs);
    expect(await answerOf('bronze')).toMatchObject({ text: 'newer' });
  });
});

describe('a service', () => {
  it('is restarted when it dies; meanwhile the lane answers 503 with the reason', async () => {
    await serve('silver', 'mortal');
    await answerOf('silver', '/die');
    expect(await answerOf('silver')).toMatchObject({ status: 503, text: expect.stringContaining('started again') });
    await eventually(async () => expect((await answerOf('silver')).status).toBe(200));
  });

  it('knows its port, its bundle and the other services, and nothing about the router', async () => {
    const services = [
      await imageOf(lanes.store, 'web', textService('w')),
      { ...(await imageOf(lanes.store, 'tool-runtime', textService('t'))), route: false },
    ];
    await lanes.observed('silver', await lanes.point('silver', bundleNamed('pair'), services));
    const env = JSON.parse((await answerOf('silver', '/env')).text) as Record<string, string>;
    expect(Object.keys(env).sort()).toEqual([
      'HOST',
      'LANEKEEPER_BUNDLE',
      'LANEKEEPER_REVISION',
      'NODE_ENV',
      'PATH',
      'PORT',
      'TOOL_RUNTIME_URL',
    ]);
    expect(await (await fetch(env['TOOL_RUNTIME_URL']!)).text()).toBe('t');
  });

  it('is reachable by WebSocket too', async () => {
    await serve('gold', 'socket');
    const socket = connect(Number(new URL(await lanes.urlOf('gold', 'web')).port), '127.0.0.1');
    socket.write('GET / HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n');
    expect(String((await once(socket, 'data'))[0])).toContain('101 Switching Protocols');
    socket.write('hello');
    expect(String((await once(socket, 'data'))[0])).toBe('hello');
    socket.destroy();
  });
});

describe('a restart', () => {
  it('serves the same bundle on the same port, and leaves no old process', async () => {
    await serve('gold', 'kept');
    await lanes.observed(
      'gold',
      await lanes.point('gold', bundleNamed('bad'), [await imageOf(lanes.store, 'web', 'process.exit(1)')]),
    );
    const url = await lanes.urlOf('gold', 'web');
    const { PORT: inner } = JSON.parse((await answerOf('gold', '/env')).text) as { PORT: string };
    await router.close();
    await expect(fetch(url)).rejects.toThrow();
    await expect(fetch(`http://127.0.0.1:${inner}`)).rejects.toThrow();
    router = await startAliasRouter(lanes.config, () => undefined);
    expect(await lanes.urlOf('gold', 'web')).toBe(url);
    expect(await answerOf('gold')).toMatchObject({ status: 200, text: 'kept', bundle: bundleNamed('kept') });
  });
});
