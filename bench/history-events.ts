import type { WorkflowHandle } from '@temporalio/client';

/** How often each type of event occurs in a run's history, in order of first occurrence. */
export type EventCounts = Readonly<Record<string, number>>;

/** Counts the events of one run. */
export async function eventCountsOf(handle: WorkflowHandle): Promise<EventCounts> {
  const { events } = await handle.fetchHistory();
  const counts: Record<string, number> = {};
  for (const event of events ?? []) {
    const attributes = Object.entries(event).find(
      ([name, value]) => name.endsWith('EventAttributes') && value !== null && value !== undefined,
    );
    const type = (attributes?.[0] ?? 'unknown').replace(/EventAttributes$/, '');
    counts[type] = (counts[type] ?? 0) + 1;
  }
  return counts;
}

/** The number of all events. */
export function totalOf(counts: EventCounts): number {
  return Object.values(counts).reduce((sum, count) => sum + count, 0);
}
