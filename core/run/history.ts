/** How a run ended, in the words of Temporal. */
export type RunStatus = 'COMPLETED' | 'FAILED' | 'CANCELED' | 'TERMINATED' | 'TIMED_OUT' | 'CONTINUED_AS_NEW';

/** What became of the history of a closed run. `GONE`: Temporal had forgotten it before it could be kept. */
export type HistoryOutcome = 'KEPT' | 'GONE' | 'TOO_LARGE';

/**
 * How much is kept of the runs of one workflow id in a day, in bytes. By default Temporal ends a run whose history has
 * 50 MiB or 51,200 events, which is some 70 MB as JSON, so that a single one is kept whole. But whoever may call Temporal can
 * fill, reset or replace a run of ours as often as they like.
 */
export const maxHistoryBytesInADay = 128 * 1024 * 1024;
