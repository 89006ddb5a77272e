/** How a run ended, in the words of Temporal. */
export type RunStatus = 'COMPLETED' | 'FAILED' | 'CANCELED' | 'TERMINATED' | 'TIMED_OUT' | 'CONTINUED_AS_NEW';

/** What became of the history of a closed run. `GONE`: Temporal had forgotten it before it could be kept. */
export type HistoryOutcome = 'KEPT' | 'GONE' | 'TOO_LARGE';

/**
 * The largest history of one run that is kept, in bytes. Temporal ends a run whose history has 50 MiB or 51,200 events, which
 * as JSON is at most twice as much; this is for servers that allow more.
 */
export const maxHistoryBytes = 128 * 1024 * 1024;

/**
 * How much of the runs of one workflow id is kept in a day, in bytes. Whoever may call Temporal can reset or replace a run
 * of ours as often as they like, and each one can be as large as Temporal allows.
 */
export const maxHistoryBytesInADay = 512 * 1024 * 1024;
