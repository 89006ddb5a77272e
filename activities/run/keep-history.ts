import { type Client, WorkflowNotFoundError } from '@temporalio/client';
import type { TenantStores } from '../../adapters/content-store/content-store.js';
import { LanekeeperError } from '../../core/errors.js';
import { maxHistoryBytesInADay, type RunStatus } from '../../core/run/history.js';
import type { Database } from '../../store/database.js';
import { keptInADay, type SeenRun, whatIsKnownOf } from '../../store/run/read.js';
import { type NewHistory, recordHistory } from '../../store/run/write.js';
import { encodeHistory, type HistoryFacts, HistoryTooLarge } from './encode-history.js';

/** What keeping a history needs: rows, blobs, and the runs. */
export interface HistoryDeps {
  readonly client: Client;
  readonly database: Database;
  readonly blobs: TenantStores;
  /** How much is kept of the runs of one workflow id in a day, in bytes; by default {@link maxHistoryBytesInADay}. */
  readonly maxHistoryBytesInADay?: number | undefined;
}

/** A closed run that a record names, or whose chain it names. */
export interface ClosedRun {
  readonly workflowId: string;
  readonly runId: string;
  /** The run that the record names. */
  readonly namedRunId: string;
}

/**
 * Keeps the history of a closed run in the tenant's content store and records it, with those of the runs before it in its
 * chain that are not on record. Doing it again, or in two processes at once, changes nothing. A history that Temporal has
 * forgotten, or that is too large, is recorded as such, and never asked for again.
 *
 * @throws whatever keeps it from being kept now: it can be tried again
 */
export async function keepHistory(deps: HistoryDeps, tenant: string, closed: ClosedRun): Promise<void> {
  let next: ClosedRun | undefined = closed;
  while (next !== undefined) next = await keepOne(deps, tenant, next);
}

/** @returns the run before it, if a record names its chain and its own history is not on record */
async function keepOne(deps: HistoryDeps, tenant: string, run: ClosedRun): Promise<ClosedRun | undefined> {
  const keptBytes = await deps.database.transaction(tenant, async (tx) => {
    const [known] = await whatIsKnownOf(tx, [run]);
    return known?.is === 'recorded' ? undefined : keptInADay(tx, run.workflowId);
  });
  // Another process was quicker.
  if (keptBytes === undefined) return undefined;
  const facts: HistoryFacts = { events: 0 };
  const history = await historyOf(deps, tenant, run, {
    facts,
    maxBytes: (deps.maxHistoryBytesInADay ?? maxHistoryBytesInADay) - keptBytes,
  });
  await deps.database.transaction(tenant, (tx) => recordHistory(tx, history));
  const { continuedFrom: before, firstRunId } = facts;
  if (before === undefined) return undefined;
  const seen: SeenRun = { workflowId: run.workflowId, runId: before, firstRunId };
  const [known] = await deps.database.transaction(tenant, (tx) => whatIsKnownOf(tx, [seen]));
  return known?.is === 'named' ? { ...seen, namedRunId: known.namedRunId } : undefined;
}

/** What became of a history; `facts` are filled with what it says. */
async function historyOf(
  deps: HistoryDeps,
  tenant: string,
  run: ClosedRun,
  { facts, maxBytes }: { readonly facts: HistoryFacts; readonly maxBytes: number },
): Promise<NewHistory> {
  const { runId, namedRunId, workflowId } = run;
  try {
    const parts = encodeHistory(deps.client, { workflowId, runId }, facts, maxBytes);
    const { digest, size } = await deps.blobs.of(tenant).putStream(wholeHistory(parts, run, facts));
    const { events } = facts;
    return { runId, namedRunId, outcome: { is: 'KEPT', digest, size, events }, end: endIn(facts) };
  } catch (error) {
    if (error instanceof HistoryTooLarge)
      return { runId, namedRunId, outcome: { is: 'TOO_LARGE' }, end: await describedEnd(deps.client, run, facts) };
    if (await isForgotten(deps.client, run)) return { runId, namedRunId, outcome: { is: 'GONE' } };
    throw error;
  }
}

/** A history that is refused at its end, before it is stored, unless it is one of this chain and the run has closed. */
async function* wholeHistory(
  parts: AsyncIterable<Buffer>,
  { runId, namedRunId, workflowId }: ClosedRun,
  facts: HistoryFacts,
): AsyncGenerator<Buffer> {
  yield* parts;
  const isOfChain = namedRunId === runId || namedRunId === facts.firstRunId;
  if (facts.status !== undefined && isOfChain) return;
  throw new LanekeeperError('WRONG_STATE', {
    message: `the history of run ${runId} is not kept`,
    object: `run ${runId} of ${workflowId}`,
    why: isOfChain ? 'the run has not closed' : `it is not of the chain of run ${namedRunId}`,
  });
}

function endIn({ status, closedAt, continuedFrom, continuedAs }: HistoryFacts): NewHistory['end'] {
  return status === undefined || closedAt === undefined ? undefined : { status, closedAt, continuedFrom, continuedAs };
}

/** How a run ended of which not everything was read. */
async function describedEnd(client: Client, run: ClosedRun, facts: HistoryFacts): Promise<NewHistory['end']> {
  const { status, closeTime } = await client.workflow.getHandle(run.workflowId, run.runId).describe();
  return { status: statusOf(status.name), closedAt: closeTime ?? new Date(0), continuedFrom: facts.continuedFrom };
}

function statusOf(name: string): RunStatus {
  switch (name) {
    case 'CANCELLED':
      return 'CANCELED';
    case 'COMPLETED':
    case 'FAILED':
    case 'TERMINATED':
    case 'TIMED_OUT':
    case 'CONTINUED_AS_NEW':
      return name;
    default:
      throw new LanekeeperError('WRONG_STATE', { message: 'the run has not closed', why: `it is ${name}` });
  }
}

/**
 * Whether Temporal no longer knows a run. It says NOT_FOUND of a missing namespace, too, which is trouble; and it may still
 * describe a run whose history it is removing.
 */
async function isForgotten(client: Client, { workflowId, runId }: ClosedRun): Promise<boolean> {
  try {
    await client.workflow.getHandle(workflowId, runId).describe();
    return false;
  } catch (error) {
    return error instanceof WorkflowNotFoundError;
  }
}
