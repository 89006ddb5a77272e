import type { PromotionHandle } from './engine.js';

/** A period during which a promotion held the lane, read from its history. Epoch milliseconds. */
export interface Hold {
  readonly from: number;
  readonly to: number;
}

/** From each start of the activity that moves the lane to its end. */
export async function holdsIn(handle: PromotionHandle): Promise<readonly Hold[]> {
  const { events = [] } = await handle.fetchHistory();
  const started = new Map<string, number>();
  const holds: Hold[] = [];
  for (const event of events ?? []) {
    const at = Number(event.eventTime?.seconds ?? 0) * 1_000 + (event.eventTime?.nanos ?? 0) / 1e6;
    const { activityTaskScheduledEventAttributes: task, activityTaskCompletedEventAttributes: done } = event;
    if (task?.activityType?.name === 'moveLane') started.set(String(event.eventId), at);
    const from = started.get(String(done?.scheduledEventId));
    if (from !== undefined) holds.push({ from, to: at });
  }
  return holds;
}
