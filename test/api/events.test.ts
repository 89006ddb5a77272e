import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { MethodEvent } from '#gen/audit/v1/event_service_pb.js';
import { rowsOf, waitingForApproval } from '../support/attack-scene.js';
import { type Engine, startEngine } from '../support/engine.js';
import { type ApiOnEngine, startApiOn } from '../support/lane-runner.js';
import { addStranger } from '../support/second-tenant.js';
import { createClients } from '../../apps/cli/connection/clients.js';

let engine: Engine;
let api: ApiOnEngine;
beforeAll(async () => {
  engine = await startEngine();
  api = await startApiOn(engine);
});
afterAll(async () => {
  await api.close();
  await engine.close();
  expect(api.reports).toEqual([]);
});

/** Follows the log from a cursor until an event of a type has come. */
async function followUntil(after: string, type: string): Promise<{ events: MethodEvent[]; cursor: string }> {
  const events: MethodEvent[] = [];
  for await (const message of api.clients('alice').events.watchEvents({ after })) {
    events.push(...message.events);
    if (message.events.some((event) => event.type === type)) return { events, cursor: message.cursor };
  }
  throw new Error('the stream ended');
}

/** The place in the log from which somebody follows who begins now. */
async function cursorNow(): Promise<string> {
  for await (const { cursor } of api.clients('alice').events.watchEvents({})) return cursor;
  throw new Error('the stream ended');
}

describe('the log of events', () => {
  test('is followed from where one begins, without the past', async () => {
    await waitingForApproval(engine, 'the past');
    const now = await cursorNow();
    await waitingForApproval(engine, 'the present');
    const { events } = await followUntil(now, 'promotion.requested');
    expect(events.every(({ text }) => text !== '')).toBe(true);
    const [before] = await rowsOf<{ count: number }>(engine, 'select count(*)::integer as count from method_events');
    expect(events.length).toBeLessThan(before!.count);
  });

  test('goes on after an interruption where it was, and leaves nothing out and nothing twice', async () => {
    const start = await cursorNow();
    await waitingForApproval(engine, 'before the interruption');
    const first = await followUntil(start, 'decision.recorded');
    await api.awayDuring(async () => {
      await waitingForApproval(engine, 'meanwhile');
    });
    await api.clients('alice').sessions.createSignInCode({});
    const seen = [...first.events];
    let { cursor } = first;
    const wanted = (
      await rowsOf<{ id: number }>(
        engine,
        'select id from method_events where (transaction_id, id) > ($1::xid8, $2::bigint) order by transaction_id, id',
        ...start.split('-'),
      )
    ).map(({ id }) => BigInt(id));
    for await (const message of api.clients('alice').events.watchEvents({ after: cursor })) {
      seen.push(...message.events);
      ({ cursor } = message);
      if (seen.length >= wanted.length) break;
    }
    expect(seen.map(({ eventId }) => eventId).slice(0, wanted.length)).toEqual(wanted);
  });

  test.each([`${String(2n ** 64n)}-0`, '1-9999999999999999'])(
    'takes no cursor that no log can have: %s',
    async (after) => {
      const ask = async () => {
        for await (const message of api.clients('alice').events.watchEvents({ after })) return message;
        return undefined;
      };
      // The second is a place that nothing has come to yet: it is followed from there.
      if (after.startsWith('1-')) await expect(ask()).resolves.toBeDefined();
      else await expect(ask()).rejects.toMatchObject({ cause: { code: 'INVALID_INPUT' } });
    },
  );

  test('shows another tenant nothing of this one', async () => {
    const stranger = await addStranger(engine.cluster, 'other', 'mallory');
    const seen: string[] = [];
    const stop = new AbortController();
    const stream = createClients(api.url, stranger.token).events.watchEvents({ after: '0-0' }, { signal: stop.signal });
    const read = (async () => {
      for await (const { events } of stream) seen.push(...events.map(({ product }) => product));
    })().catch(() => undefined);
    await waitingForApproval(engine, 'none of their business');
    await followUntil('0-0', 'promotion.requested');
    stop.abort();
    await read;
    expect(seen).not.toContain('shop');
  });

  test('refuses a cursor that it never gave', async () => {
    const stream = api.clients('alice').events.watchEvents({ after: "0' or 1=1" });
    await expect(stream[Symbol.asyncIterator]().next()).rejects.toMatchObject({ cause: { code: 'INVALID_INPUT' } });
  });

  test('is printed by lane watch, one line for each event, until it is interrupted', async () => {
    const watching = api.start('alice', 'watch');
    const waiting = await waitingForApproval(engine, 'in the terminal');
    const { printed, interrupt, ended } = await watching;
    interrupt();
    expect((await ended).code).toBe(130);
    expect(printed).toContain('shop');
    expect(waiting.id).not.toBe('');
  });
});
