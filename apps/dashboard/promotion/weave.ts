import { type Timestamp, timestampMs } from '@bufbuild/protobuf/wkt';
import type { TimelineEntry } from '#gen/release/v1/timeline_pb.js';
import { type RunStep, RunStepState } from '#gen/workflows_runtime/v1/run_service_pb.js';

/** An event, and what the runs began to do between it and the next one. */
export interface Beat {
  /** Undefined for what began before the first event. */
  readonly entry: TimelineEntry | undefined;
  /** The newest first. */
  readonly steps: readonly RunStep[];
}

/**
 * Puts the steps of runs between the events of a promotion, the newest first. The events are the spine: what a run did is
 * beside them.
 *
 * @param entries the oldest first
 */
export function weave(entries: readonly TimelineEntry[], steps: readonly RunStep[]): readonly Beat[] {
  const ordered = steps.toSorted((one, other) => msOf(one.startedAt) - msOf(other.startedAt));
  const beats: Beat[] = [];
  let next = 0;
  const takeUntil = (entry: TimelineEntry | undefined, until: number): void => {
    const own: RunStep[] = [];
    for (let step = ordered[next]; step !== undefined && msOf(step.startedAt) < until; step = ordered[next]) {
      own.push(step);
      next += 1;
    }
    if (entry === undefined && own.length === 0) return;
    beats.push({ entry, steps: own.reverse() });
  };
  takeUntil(undefined, msOf(entries[0]?.at, Infinity));
  entries.forEach((entry, index) => takeUntil(entry, msOf(entries[index + 1]?.at, Infinity)));
  return beats.reverse();
}

/** Whether people look for a step: it goes on, failed, or was tried again. The others went as they should. */
export function isOpen({ state, attempts }: RunStep): boolean {
  return [RunStepState.RUNNING, RunStepState.FAILED, RunStepState.TIMED_OUT].includes(state) || attempts > 1;
}

function msOf(at: Timestamp | undefined, otherwise = 0): number {
  return at === undefined ? otherwise : timestampMs(at);
}
