import { instantInWords } from '../instant-in-words.js';

/** How urgent a promotion is among others of its kind, from the least. */
export const priorities = ['low', 'normal', 'high'] as const;

/** One of the priorities. */
export type Priority = (typeof priorities)[number];

/** When a promotion may take its lane, as whoever requests it says. Instants are RFC 3339 in UTC. */
export interface Schedule {
  /** Not before this instant; as soon as its gates pass if absent. */
  readonly notBefore?: string;
  /** If it has not begun to deploy by then it fails; never if absent. */
  readonly notAfter?: string;
  /** `normal` if absent. */
  readonly priority?: Priority;
}

/** The schedule that something more says, such as a request. */
export function scheduleIn({ notBefore, notAfter, priority }: Schedule): Schedule {
  return {
    ...(notBefore !== undefined && { notBefore }),
    ...(notAfter !== undefined && { notAfter }),
    ...(priority !== undefined && { priority }),
  };
}

/** The farthest that a promotion is scheduled ahead, in milliseconds. */
export const farthestMs = 366 * 86_400_000;

/**
 * Waiting for so long raises a promotion by one priority, in milliseconds: what is urgent comes first, and nothing waits for
 * ever.
 */
export const raiseAfterMs = 4 * 3_600_000;

/** What is wrong with a schedule, whatever the time is. @param issuedAt when it was signed */
export function problemOfSchedule({ notBefore, notAfter }: Schedule, issuedAt: string): string | undefined {
  const signed = Date.parse(issuedAt);
  for (const [name, at] of [
    ['notBefore', notBefore],
    ['notAfter', notAfter],
  ] as const) {
    if (at === undefined) continue;
    const ms = Date.parse(at);
    if (Number.isNaN(ms)) return `${name} ${at} is no instant`;
    if (ms <= signed) return `${name} ${inWords(at)} was in the past when it was signed`;
    if (ms - signed > farthestMs) return `${name} ${inWords(at)} is more than 366 days ahead`;
  }
  if (notBefore !== undefined && notAfter !== undefined && Date.parse(notAfter) <= Date.parse(notBefore))
    return `notAfter ${inWords(notAfter)} is not later than notBefore ${inWords(notBefore)}`;
  return undefined;
}

function inWords(at: string): string {
  return instantInWords(new Date(at));
}

/** How urgent a promotion is after it has waited for a while: one more for each {@link raiseAfterMs}, up to the highest. */
export function urgencyOf(priority: Priority, waitedMs: number): number {
  const raised = priorities.indexOf(priority) + Math.floor(Math.max(0, waitedMs) / raiseAfterMs);
  return Math.min(priorities.length - 1, raised);
}
