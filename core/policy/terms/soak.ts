import { durationText } from '../duration-text.js';
import type { SoakRule } from '../demands.js';
import type { LiveInterval, PolicyFacts } from '../facts.js';
import type { JudgeTerm, TermResult } from './term.js';

/** Whether the bundle has been live long enough in another lane, counted from what is recorded. */
export const judgeSoak: JudgeTerm = ({ soak }, { facts, now }) => {
  if (soak === undefined) return undefined;
  const { lane, forSeconds } = soak;
  const { soaked, ms: missing, live: isLive } = missingSoakMs(soak, facts, now);
  const wanted = durationText(forSeconds * 1_000);
  if (missing <= 0)
    return {
      verdict: 'PASS',
      explanation: `it was live in ${lane} for ${durationText(soaked)} of ${wanted}`,
      reliedOn: [],
    };
  return {
    verdict: 'PENDING',
    explanation: `it was live in ${lane} for ${durationText(soaked)} of ${wanted}${isLive ? '' : ', and is not live there now'}`,
    waitsFor: 'time',
    reliedOn: [],
    ...(isLive
      ? waitUntil(new Date(now.getTime() + missing).toISOString())
      : { next: `make it live there again: lane promote {bundle} --to ${lane}` }),
  };
};

/** How much longer the bundle has to be live in a lane, in milliseconds, and whether it is live there now. */
export function missingSoakMs(
  { lane, forSeconds }: SoakRule,
  facts: Pick<PolicyFacts, 'lanes'>,
  now: Date,
): { readonly ms: number; readonly soaked: number; readonly live: boolean } {
  const { intervals = [] } = facts.lanes[lane];
  const soaked = intervals.reduce((sum, interval) => sum + lengthOf(interval, now), 0);
  return { ms: forSeconds * 1_000 - soaked, soaked, live: intervals.some(({ to }) => to === undefined) };
}

function waitUntil(at: string): Pick<TermResult, 'next' | 'recheckAt'> {
  return { next: `leave it live there until ${at}`, recheckAt: at };
}

function lengthOf({ from, to }: LiveInterval, now: Date): number {
  return Math.max(0, (to === undefined ? now.getTime() : Date.parse(to)) - Date.parse(from));
}
