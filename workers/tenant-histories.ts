import { WorkflowNotFoundError } from '@temporalio/client';
import pLimit from 'p-limit';
import { type ClosedRun, type HistoryDeps, keepHistory } from '../activities/run/keep-history.js';
import { messageOf } from '../core/errors.js';
import { overdueRuns, readHistoryCursor, whatIsKnownOf } from '../store/run/read.js';
import { moveHistoryCursor } from '../store/run/write.js';

/** What keeping the histories of tenants needs. */
export interface KeeperDeps extends HistoryDeps {
  /** Receives what goes wrong; all of it is tried again. */
  readonly onError: (message: string, tenant?: string) => void;
}

/** A run that visibility has shown as closed, of which nothing is believed. */
export interface ClosedExecution {
  readonly workflowId: string;
  readonly runId: string;
}

/** How many histories of a tenant are kept at a time. */
const parallel = 4;
/** How many attempts of a tenant may fail in a row before the rest waits for the next round. */
const maxFailuresInARow = 5;
/** How many runs of a tenant may wait to be tried again; the others are listed again. */
const maxPending = 5_000;
/** How many runs are remembered; what is forgotten is asked about again. */
const maxRemembered = 10_000;
/** How many overdue runs of a tenant one sweep looks at. */
const sweepSize = 50;
/** How far the cursor may lag behind while nothing of the tenant closes, in milliseconds. */
const cursorLagMs = 10 * 60_000;

/** The closed runs of one tenant, on the way to being accounted for. */
export class TenantHistories {
  readonly #deps: KeeperDeps;
  readonly #tenant: string;
  readonly #signal: AbortSignal;
  /** Runs whose histories are to be kept. */
  readonly #pending = new Map<string, ClosedRun>();
  /** Runs of which nothing is left to do. */
  readonly #settled = new Set<string>();
  /** The first runs of the chains of runs that no record names, as far as that was asked. */
  readonly #firstRunIds = new Map<string, string>();
  readonly #limit = pLimit(parallel);
  #closedTo: Date | undefined;
  #recordedTo: Date | undefined;
  #isBehind = false;
  #hasKept = false;

  constructor(deps: KeeperDeps, tenant: string, signal: AbortSignal) {
    this.#deps = deps;
    this.#tenant = tenant;
    this.#signal = signal;
  }

  /** Up to which instant every run that has closed is accounted for; undefined for none. */
  get closedTo(): Date | undefined {
    return this.#closedTo;
  }

  /** Takes up where this tenant has come to, or where it begins if that was never said. */
  async open(otherwise: Date | undefined): Promise<void> {
    this.#recordedTo = await this.#deps.database.transaction(this.#tenant, readHistoryCursor);
    this.#closedTo = this.#recordedTo ?? otherwise;
  }

  /** Takes runs that have closed; those that a record names wait until they are kept. */
  async take(runs: readonly ClosedExecution[]): Promise<void> {
    const fresh = runs.filter(({ runId }) => !this.#settled.has(runId) && !this.#pending.has(runId));
    if (fresh.length === 0) return;
    try {
      const others = await this.#sort(fresh);
      await Promise.all(others.map((run) => this.#limit(() => this.#askFirstRun(run))));
      if (others.length > 0) await this.#sort(others);
    } catch (error) {
      this.#isBehind = true;
      throw error;
    }
  }

  /** @returns those that may belong to a chain that a record names, and of which that was not asked yet */
  async #sort(runs: readonly ClosedExecution[]): Promise<readonly ClosedExecution[]> {
    const seen = runs.map((run) => ({ ...run, firstRunId: this.#firstRunIds.get(run.runId) }));
    const known = await this.#deps.database.transaction(this.#tenant, (tx) => whatIsKnownOf(tx, seen));
    return seen.filter((run, at) => {
      const what = known[at];
      if (what?.is === 'recorded') remember(this.#settled, run.runId);
      if (what?.is === 'named') this.#await({ ...run, namedRunId: what.namedRunId });
      return what?.is === 'sameWorkflow' && run.firstRunId === undefined;
    });
  }

  #await(run: ClosedRun): void {
    if (this.#pending.size < maxPending) this.#pending.set(run.runId, run);
    else this.#isBehind = true;
  }

  async #askFirstRun({ workflowId, runId }: ClosedExecution): Promise<void> {
    const firstRunId = await this.#deps.client.workflow
      .getHandle(workflowId, runId)
      .describe()
      .then(
        ({ raw }) => raw.workflowExecutionInfo?.firstRunId ?? runId,
        (error: unknown) => {
          if (error instanceof WorkflowNotFoundError) return runId;
          throw error;
        },
      );
    if (this.#firstRunIds.size >= maxRemembered) this.#firstRunIds.clear();
    this.#firstRunIds.set(runId, firstRunId);
  }

  /** Tries to keep everything that waits. One that fails stays, behind the others. */
  async keep(): Promise<void> {
    let failuresInARow = 0;
    let problem: string | undefined;
    const keepOne = async (run: ClosedRun): Promise<void> => {
      if (failuresInARow >= maxFailuresInARow || this.#signal.aborted) return;
      this.#pending.delete(run.runId);
      try {
        await keepHistory(this.#deps, this.#tenant, run);
        remember(this.#settled, run.runId);
        this.#hasKept = true;
        failuresInARow = 0;
      } catch (error) {
        this.#pending.set(run.runId, run);
        failuresInARow += 1;
        problem ??= messageOf(error);
      }
    };
    await Promise.all([...this.#pending.values()].map((run) => this.#limit(() => keepOne(run))));
    if (problem !== undefined) this.#deps.onError(problem, this.#tenant);
  }

  /** @returns whether it could not take everything that it was shown, and has to be shown it again */
  endListing(): boolean {
    const wasBehind = this.#isBehind;
    this.#isBehind = false;
    return wasBehind;
  }

  /** Notes that it was shown every run that has closed up to an instant; while some wait, that is not yet so for those. */
  async accountedTo(closedTo: Date): Promise<void> {
    if (this.#pending.size > 0) return;
    this.#closedTo = closedTo;
    const lagMs = this.#recordedTo === undefined ? Infinity : closedTo.getTime() - this.#recordedTo.getTime();
    if (lagMs <= 0 || (!this.#hasKept && lagMs < cursorLagMs)) return;
    await this.#deps.database.transaction(this.#tenant, (tx) => moveHistoryCursor(tx, closedTo));
    this.#recordedTo = closedTo;
    this.#hasKept = false;
  }

  /** Looks up the chains whose end should be on record and is not. */
  async sweep(): Promise<void> {
    for (let after = ''; !this.#signal.aborted;) {
      const from = after;
      const overdue = await this.#deps.database.transaction(this.#tenant, (tx) => overdueRuns(tx, from, sweepSize));
      for (const { id: namedRunId, workflowId, runId } of overdue)
        if (!(await this.#isOpen({ workflowId, runId }))) this.#await({ workflowId, runId, namedRunId });
      if (overdue.length > 0) await this.keep();
      if (overdue.length < sweepSize) return;
      after = overdue.at(-1)?.id ?? '';
    }
  }

  async #isOpen({ workflowId, runId }: ClosedExecution): Promise<boolean> {
    try {
      const { status } = await this.#deps.client.workflow.getHandle(workflowId, runId).describe();
      return status.name === 'RUNNING' || status.name === 'PAUSED';
    } catch (error) {
      // Its history is gone as well, which is then put on record.
      if (error instanceof WorkflowNotFoundError) return false;
      throw error;
    }
  }
}

function remember(ids: Set<string>, id: string): void {
  if (ids.size >= maxRemembered) ids.clear();
  ids.add(id);
}
