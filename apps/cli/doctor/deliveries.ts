import { setTimeout as delay } from 'node:timers/promises';
import type { ParkedDelivery } from '#gen/workflows_runtime/v1/delivery_service_pb.js';
import { relativeTime } from '../output/relative-time.js';
import { instantOf } from '../output/words.js';
import type { Context } from '../program/context.js';
import type { Found } from './check.js';
import { counted } from '../output/counted.js';

const shown = 5;
const pollMs = 100;
const retriesWithinMs = 10_000;

/** Whether wake-ups of runs are parked: how many, and what the longest parked are about. */
export async function deliveryCheck(context: Context): Promise<Found> {
  const { deliveries, total } = await (await context.api()).deliveries.listParkedDeliveries({ pageSize: shown });
  if (total === 0) return { found: 'none is parked' };
  const [oldest] = deliveries;
  const head = `${String(total)} parked, the oldest ${relativeTime(instantOf(oldest?.parkedAt), context.now())}`;
  const rest = total > shown ? [`and ${String(total - shown)} more`] : [];
  return {
    ok: false,
    found: [`${head}:`, ...deliveries.map(describe), ...rest].join('\n'),
    fix: 'remove the cause, then  lane doctor --retry',
  };
}

function describe(parked: ParkedDelivery): string {
  const to = parked.workflowId === '' ? 'unknown runs' : parked.workflowId;
  const attempts = counted(parked.attempts, 'attempt');
  const waiting = parked.retryRequestedAt === undefined ? '' : ', being tried again';
  return `${parked.eventType} (event ${String(parked.eventId)}) to ${to}: ${parked.reason} (${attempts}${waiting})`;
}

/** Lets the dispatcher try everything parked again, and waits for it. @returns what to tell the person */
export async function retryDeliveries(context: Context): Promise<string> {
  const { deliveries } = await context.api();
  const { total } = await deliveries.listParkedDeliveries({ pageSize: 1 });
  await deliveries.retryParkedDeliveries({});
  const deadline = Date.now() + retriesWithinMs;
  while (Date.now() < deadline) {
    const left = await deliveries.listParkedDeliveries({ pageSize: 500 });
    if (left.deliveries.every(({ retryRequestedAt }) => retryRequestedAt === undefined))
      return `tried ${String(total)} parked deliveries again: ${String(total - left.total)} succeeded, ${String(left.total)} failed`;
    await delay(pollMs);
  }
  return `asked to try ${String(total)} parked deliveries again; the dispatcher has not come to all of them yet`;
}
