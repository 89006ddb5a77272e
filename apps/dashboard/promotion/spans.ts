import { timestampDate } from '@bufbuild/protobuf/wkt';
import type { Words } from '../../../core/policy/words-of-profile.js';
import type { TimelineEntry } from '#gen/release/v1/timeline_pb.js';

/** What a promotion spends its time on. */
export type Cause = 'evidence' | 'people' | 'lane' | 'deploy' | 'trouble' | 'live';

/** How long a promotion was in a phase. */
export interface Span {
  readonly phase: string;
  readonly cause: Cause;
  readonly from: Date;
  /** Undefined for the phase that it is in. */
  readonly to: Date | undefined;
}

const causes: Readonly<Record<string, Cause>> = {
  REQUESTED: 'evidence',
  GATING: 'evidence',
  AWAITING_APPROVAL: 'people',
  QUEUED: 'lane',
  GUARDING: 'deploy',
  DEPLOYING: 'deploy',
  VERIFYING: 'deploy',
  LIVE: 'live',
  ERRORED: 'trouble',
};

/** The words for what time is spent on, in those of a method. */
export const causeWords = (words: Words): Readonly<Record<Cause, string>> => ({
  evidence: `${words.many('gate')} and evidence`,
  people: 'people',
  lane: 'the lane',
  deploy: 'deploying and checking',
  trouble: 'technical trouble',
  live: 'live',
});

/** How long a promotion was in each phase, oldest first. Phases in which it ends have no length. */
export function spansOf(entries: readonly TimelineEntry[]): readonly Span[] {
  const changes = entries.flatMap(({ phase, at }) =>
    phase === '' || at === undefined ? [] : [{ phase, at: timestampDate(at) }],
  );
  return changes.flatMap(({ phase, at }, index) => {
    const cause = causes[phase];
    return cause === undefined ? [] : [{ phase, cause, from: at, to: changes[index + 1]?.at }];
  });
}

/** How much time went to each cause, in milliseconds, in the order of the journey; what is live is no waiting. */
export function totalsOf(spans: readonly Span[], now: Date): ReadonlyMap<Cause, number> {
  const totals = new Map<Cause, number>();
  for (const { cause, from, to } of spans) {
    if (cause === 'live') continue;
    const ms = Math.max(0, (to ?? now).getTime() - from.getTime());
    totals.set(cause, (totals.get(cause) ?? 0) + ms);
  }
  return totals;
}
