import type { Timebox } from '#gen/transformation/v1/transformation_pb.js';

/** How people call a timebox; empty where there is none. */
export function timeboxOf(id: string, timeboxes: readonly Timebox[]): string {
  return timeboxes.find((one) => one.id === id)?.title ?? id;
}
