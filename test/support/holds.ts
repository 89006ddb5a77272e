import type { PromotionHandle } from './engine.js';

/** A period during which a promotion held the lane, read from its history. Epoch milliseconds. */
export interface Hold {
  readonly from: number;
  readonly to: number;
}

/** From each start of a deploy activity to the end of the verification that followed it. */
export async function holdsIn(handle: PromotionHandle): Promise<readonly Hold[]> {
  const { events = [] } = await handle.fetchHistory();
  const scheduled = new Map<string, string>();
  const holds: Hold[] = [];
  let from: number | undefined;
  for (const event of events ?? []) {
    const at = Number(event.eventTime?.seconds ?? 0) * 1_000 + (event.eventTime?.nanos ?? 0) / 1e6;
    const { activityTaskScheduledEventAttributes: task, activityTaskCompletedEventAttributes: done } = event;
    if (task !== null && task !== undefined) scheduled.set(String(event.eventId), task.activityType?.name ?? '');
    if (task?.activityType?.name === 'deployBundle') from = at;
    if (
      done !== null &&
      done !== undefined &&
      scheduled.get(String(done.scheduledEventId)) === 'verifyLane' &&
      from !== undefined
    ) {
      holds.push({ from, to: at });
      from = undefined;
    }
  }
  return holds;
}
