import type { IncomingMessage, ServerResponse } from 'node:http';
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import { utf8Of } from '../../../core/bytes.js';
import { writeCalendar } from '../../../core/calendar/ical/write-calendar.js';
import { hexOf } from '../../../core/digest.js';
import { digestOf } from '../../../core/hash.js';
import { feedTokenIn, tenantOfFeedToken } from '../../../core/identity/feed-token.js';
import { feedEventsOf } from '../../../core/restriction/feed.js';
import { feedOfToken, type StoredFeed } from '../../../store/calendar/read.js';
import { markFeedUsed } from '../../../store/calendar/write.js';
import type { Transaction } from '../../../store/database.js';
import type { ApiDeps } from '../deps.js';
import { Occupancy } from '../limits/occupancy.js';
import { readSources } from '../restriction/calendar.js';

/** How often one calendar may be asked for in ten minutes, how many are written at a time, and how large one is. */
const most = { asked: 60, seconds: 600, atATime: 8, bytes: 4 * 1024 * 1024 } as const;

/** It is for whoever has its address, and nobody that they go on to is told that. */
const headers: Readonly<Record<string, string>> = {
  'cache-control': 'private, no-cache',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'content-security-policy': "default-src 'none'",
  'x-robots-tag': 'noindex',
};

/** Answers a request for a calendar that is subscribed to. */
export type ServeFeed = (request: IncomingMessage, response: ServerResponse) => void;

/** Whether a request is for a calendar: whatever is below the address of the page's own, so that no secret gets elsewhere. */
export function isForFeed({ url }: Pick<IncomingMessage, 'url'>): boolean {
  return /^\/calendar\/./.test(url ?? '');
}

/**
 * Serves calendars to whoever has the address of one. The secret in it is the only right that is asked for; what is unknown,
 * has ended, or is of somebody who has no role any more is answered the same. No path is told to anybody: not to `report`, either.
 */
export function createFeedServer(deps: Pick<ApiDeps, 'database' | 'now'>, report: (error: unknown) => void): ServeFeed {
  const rate = new RateLimiterMemory({ points: most.asked, duration: most.seconds });
  const places = new Occupancy(most.atATime);
  return (request, response) => {
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      answer(response, 405, 'a calendar is read with GET', { allow: 'GET, HEAD' });
      return;
    }
    const leave = places.enter('all');
    if (leave === undefined) {
      answer(response, 503, 'too many calendars are asked for at the same time', { 'retry-after': '5' });
      return;
    }
    void serve(deps, rate, request, response)
      .catch((error: unknown) => {
        report(error);
        answer(response, 503, 'the calendar cannot be read now', { 'retry-after': '60' });
      })
      .finally(leave);
  };
}

async function serve(
  { database, now }: Pick<ApiDeps, 'database' | 'now'>,
  rate: RateLimiterMemory,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const [path = ''] = (request.url ?? '').split(/[?#]/, 1);
  const token = feedTokenIn(path) ?? '';
  const tenant = tenantOfFeedToken(token);
  if (tenant === undefined) {
    refuse(response);
    return;
  }
  const tokenHash = digestOf(token);
  const found = await database.transaction(tenant, (tx) => feedOfToken(tx, tokenHash));
  if (found === undefined) {
    refuse(response);
    return;
  }
  const waitMs = await rate.consume(`${tenant}/${found.id}`).then(
    () => 0,
    (refusal: unknown) => {
      if (refusal instanceof RateLimiterRes) return Math.max(1, refusal.msBeforeNext);
      throw refusal;
    },
  );
  if (waitMs > 0) {
    const seconds = String(Math.ceil(waitMs / 1_000));
    answer(response, 429, `this calendar is asked for too often: try again in ${seconds} s`, {
      'retry-after': seconds,
    });
    return;
  }
  const text = await database.transaction(tenant, async (tx) => {
    await markFeedUsed(tx, found.id);
    return textOf(tx, found, now());
  });
  send(text, request, response);
}

async function textOf(tx: Transaction, { product = '', lane }: StoredFeed, now: Date): Promise<string> {
  const sources = await readSources(tx, { product, lane });
  const name = ['Releases', product, lane].filter(Boolean).join(' ');
  return writeCalendar({ name, zone: 'UTC', now, events: feedEventsOf(sources, tx.tenant, now) });
}

function send(text: string, request: IncomingMessage, response: ServerResponse): void {
  const bytes = utf8Of(text);
  if (bytes.length > most.bytes) {
    answer(response, 507, 'the calendar is too large: subscribe to that of a product or a lane', {});
    return;
  }
  // When it was written changes each time, and says nothing.
  const content = text.replaceAll(/^DTSTAMP:.*\r\n/gm, '');
  const etag = `"${hexOf(digestOf(content)).slice(0, 32)}"`;
  const common = { ...headers, etag };
  if ((request.headers['if-none-match'] ?? '').split(/\s*,\s*/).some((one) => one.replace(/^W\//, '') === etag)) {
    response.writeHead(304, common).end();
    return;
  }
  response.writeHead(200, {
    ...common,
    'content-type': 'text/calendar; charset=utf-8',
    'content-disposition': 'inline; filename="lanekeeper.ics"',
    'content-length': bytes.length,
  });
  response.end(request.method === 'HEAD' ? undefined : bytes);
}

function refuse(response: ServerResponse): void {
  answer(response, 404, 'there is no such calendar', {});
}

function answer(response: ServerResponse, status: number, words: string, more: Readonly<Record<string, string>>): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  response.writeHead(status, { ...headers, ...more, 'content-type': 'text/plain; charset=utf-8' });
  response.end(`${words}\n`);
}
