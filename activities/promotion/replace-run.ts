import { workflowTypes } from '../../temporal-config/names.js';
import { requireOwnRun } from '../caller.js';
import type { ControlDeps } from './deps.js';

/** Thrown by a transaction that finds a record for which another run works: it may be taken over only from an ended one. */
export class RunReplaced extends Error {
  /** The first run id of the run that works for the record. */
  readonly firstRunId: string;

  constructor(firstRunId: string) {
    super('another run works for the record');
    this.firstRunId = firstRunId;
  }
}

/**
 * Runs `work`; when its transaction finds a record of another run, asks the server whether the run that calls is open, and
 * if it is, lets it take that run's place. A call that was held up until its own run had ended and been replaced finds
 * that out here: the record is read first, so that whoever replaces the run after that changes what was read.
 *
 * @throws PERMISSION_DENIED when the run that calls has ended
 */
export async function whenOpen<T>(
  deps: Pick<ControlDeps, 'client'>,
  work: (replaces: string | undefined) => Promise<T>,
): Promise<T> {
  let replaces: string | undefined;
  for (;;) {
    try {
      return await work(replaces);
    } catch (error) {
      if (!(error instanceof RunReplaced)) throw error;
      await requireOwnRun(deps, workflowTypes.promotion);
      replaces = error.firstRunId;
    }
  }
}
