import { patched } from '@temporalio/workflow';

/** In which way a run works. It keeps to the way in which it began, so that it can be replayed. */
export interface Revision {
  /**
   * Whether one activity takes the lane, from the guard to the verification, and the loop paces its looks; else the guard
   * has an activity of its own, and the handler of hints paces them.
   */
  readonly oneActivityTakesTheLane: boolean;
  /** Whether each hint that is passed on is a look of its own; else one look stands for all that wait. */
  readonly eachHintIsALook: boolean;
  /** Whether search attributes say which gates are pinned now; else they say which were pinned first. */
  readonly searchedByPinnedGates: boolean;
}

/** The way of this run. To be called once, at its start: a new run has one marker for all that is new. */
export function revisionOfRun(): Revision {
  const searchedByPinnedGates = patched('searched-by-pinned-gates');
  const oneActivityTakesTheLane = searchedByPinnedGates || patched('one-activity-takes-the-lane');
  return {
    searchedByPinnedGates,
    oneActivityTakesTheLane,
    eachHintIsALook: oneActivityTakesTheLane || patched('each-hint-is-a-look'),
  };
}
