import { setTimeout as delay } from 'node:timers/promises';
import { create } from '@bufbuild/protobuf';
import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import type { ServiceImpl } from '@connectrpc/connect';
import { invalidInput } from '../../../core/input.js';
import { wordsOf } from '../../../core/event/words.js';
import { type EventService, type MethodEvent, MethodEventSchema } from '#gen/audit/v1/event_service_pb.js';
import { type EventPosition, eventsAfter, positionNow, type StoredEvent } from '../../../store/event/read.js';
import type { ApiDeps } from '../deps.js';
import { bounded, instant, toLane } from '../convert.js';
import { requireCaller } from '../identity/caller.js';

/** How often the log is looked at, and how often something is sent although nothing happens, in milliseconds. */
const pauses = { lookMs: 500, silenceMs: 15_000 } as const;

/** How many events a response has at most. */
const batch = 500;

/** The log of method events. */
export function createEventService({ database, now }: ApiDeps): ServiceImpl<typeof EventService> {
  return {
    async *watchEvents(request, context) {
      const { tenant } = requireCaller(context);
      let position = parseCursor(request.after) ?? (await database.transaction(tenant, positionNow));
      let sentAt = 0;
      while (!context.signal.aborted) {
        const from = position;
        const events = await database.transaction(tenant, (tx) => eventsAfter(tx, from, batch));
        position = events.at(-1)?.position ?? position;
        if (events.length > 0 || Date.now() - sentAt >= pauses.silenceMs) {
          yield { events: events.map(toMethodEvent), cursor: formatCursor(position), now: timestampFromDate(now()) };
          sentAt = Date.now();
        }
        // A full batch has more behind it.
        if (events.length < batch)
          await delay(pauses.lookMs, undefined, { signal: context.signal }).catch(() => undefined);
      }
    },
  };
}

function toMethodEvent(event: StoredEvent): MethodEvent {
  return create(MethodEventSchema, {
    eventId: BigInt(event.position.eventId),
    type: event.type,
    actor: event.actor ?? '',
    text: bounded(wordsOf(event), 4000),
    product: event.product ?? '',
    lane: toLane(event.lane),
    promotionId: event.promotionId ?? '',
    bundleDigest: event.bundleDigest ?? '',
    releaseId: event.releaseId ?? '',
    ...instant('at', event.occurredAt),
  });
}

function formatCursor({ transactionId, eventId }: EventPosition): string {
  return `${transactionId}-${String(eventId)}`;
}

function parseCursor(text: string): EventPosition | undefined {
  const [transactionId = '', eventId = ''] = text.split('-');
  if (transactionId === '') return undefined;
  if (BigInt(transactionId) >= 2n ** 64n || BigInt(eventId) >= 2n ** 63n)
    throw invalidInput('after', 'it is no cursor that a response has given');
  return { transactionId, eventId: Number(eventId) };
}
