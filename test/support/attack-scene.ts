import pg from 'pg';
import { temporal } from '@temporalio/proto';
import type { Digest } from '../../core/digest.js';
import type { Lane } from '../../core/lanes.js';
import { type Engine, type EngineOptions, type PromotionHandle, startEngine } from './engine.js';
import { attachPreviewCheck, sealText, type SealOptions } from './sealed-bundle.js';
import { patienceMs, until } from './until.js';

/** Source of a service that starts and never becomes healthy: its promotion stays in DEPLOYING until it fails. */
export const neverHealthy = 'setInterval(() => undefined, 1000);\n';

/** An engine whose reconciler looks often, so that a test need not wait long for it. */
export function startReconcilingEngine(options: EngineOptions = {}): Promise<Engine> {
  return startEngine({ ...options, reconcileEveryMs: 500 });
}

/** A promotion under attack. */
export interface Target {
  readonly bundle: Digest;
  readonly handle: PromotionHandle;
  /** The id of its record. */
  readonly id: string;
}

/** What a run says about itself. */
export interface Status {
  readonly state: string;
  readonly reason: string;
  /** How many messages it could not read. */
  readonly ignoredMessages: number;
}

/** The rows of the default tenant. */
export function rowsOf<Row extends Record<string, unknown>>(
  engine: Pick<Engine, 'database'>,
  sql: string,
  ...values: unknown[]
): Promise<Row[]> {
  return engine.database.transaction('default', (tx) => tx.query<Row>(sql, values));
}

/** Writes as the owner of the tables does who disables the triggers. */
export async function asOwner(engine: Pick<Engine, 'cluster'>, sql: string, ...values: unknown[]): Promise<void> {
  const admin = new pg.Client({ connectionString: engine.cluster.adminUrl });
  await admin.connect();
  try {
    await admin.query('set session_replication_role = replica');
    await admin.query(sql, values);
  } finally {
    await admin.end();
  }
}

/** The id of the newest record of a workflow id, once there is one that is not `before`. */
export async function recordOf(
  engine: Pick<Engine, 'database' | 'client'>,
  workflowId: string,
  before?: string,
): Promise<string> {
  const newest = 'select id from promotions where workflow_id = $1 order by created_at desc limit 1';
  let id: string | undefined;
  await until(async () => {
    id = (await rowsOf<{ id: string }>(engine, newest, workflowId))[0]?.id;
    return id !== undefined && id !== before;
  }, `a record of ${workflowId}`).catch(async (error: unknown) => {
    throw new Error(await storyOf(engine, workflowId), { cause: error });
  });
  return id as string;
}

/** The runs of a workflow id and its records, for the message of a test that waited in vain. */
async function storyOf(engine: Pick<Engine, 'database' | 'client'>, workflowId: string): Promise<string> {
  const runs: unknown[] = [];
  for await (const { runId, status } of engine.client.workflow.list({ query: `WorkflowId = '${workflowId}'` })) {
    const { raw } = await engine.client.workflow.getHandle(workflowId, runId).describe();
    const { pendingActivities, pendingWorkflowTask } = raw;
    runs.push({ runId, status: status.name, pendingActivities, pendingWorkflowTask });
  }
  const records = await rowsOf(
    engine,
    'select id, first_run_id, state, reason, created_at from promotions where workflow_id = $1',
    workflowId,
  );
  return `no new record of ${workflowId}: ${JSON.stringify({ runs, records })}`;
}

/** Where a promotion stands according to its record. */
export async function stateOf(engine: Pick<Engine, 'database'>, id: string): Promise<string> {
  const [row] = await rowsOf<{ state: string }>(engine, 'select state from promotions where id = $1', id);
  return row?.state ?? 'no record';
}

/** What the newest run of a promotion answers. It has read every signal that was sent before. */
export function statusOf(engine: Pick<Engine, 'client'>, target: Target): Promise<Status> {
  return engine.client.workflow.getHandle(target.handle.workflowId).query<Status>('status');
}

const { WORKFLOW_TASK_FAILED_CAUSE_FORCE_CLOSE_COMMAND: tooManySignals, WORKFLOW_TASK_FAILED_CAUSE_UNHANDLED_COMMAND } =
  temporal.api.enums.v1.WorkflowTaskFailedCause;
/** The server itself ends a task when many signals arrive meanwhile, or one does while the run continues as new. */
const isOfServer = (cause: unknown) =>
  cause === tooManySignals || cause === WORKFLOW_TASK_FAILED_CAUSE_UNHANDLED_COMMAND;

/** Why workflow tasks of a run, by default the newest, failed: code of ours that threw on a message. */
export async function failedTasksOf(
  engine: Pick<Engine, 'client'>,
  workflowId: string,
  // Small pages: a history with large messages in it is more than one answer may hold.
  { runId, pageSize = 2 }: { readonly runId?: string; readonly pageSize?: number } = {},
): Promise<readonly string[]> {
  const reasons: string[] = [];
  let nextPageToken: Uint8Array | undefined;
  do {
    const page = await engine.client.workflowService.getWorkflowExecutionHistory({
      ...{
        namespace: 'default',
        execution: { workflowId, ...(runId !== undefined && { runId }) },
        maximumPageSize: pageSize,
      },
      ...(nextPageToken !== undefined && { nextPageToken }),
    });
    for (const { workflowTaskFailedEventAttributes: failed } of page.history?.events ?? [])
      if (failed !== null && failed !== undefined && !isOfServer(failed.cause))
        reasons.push(failed.failure?.message ?? 'without a message');
    nextPageToken = page.nextPageToken;
  } while (nextPageToken.length > 0);
  return reasons;
}

/** The id of the activity that a run waits for, once it has scheduled one. */
export async function pendingActivityOf(target: Target): Promise<string> {
  let id: string | null | undefined;
  await until(async () => {
    id = (await target.handle.describe()).raw.pendingActivities?.[0]?.activityId;
    return Boolean(id);
  }, `an activity of ${target.handle.workflowId}`);
  return id as string;
}

/** Waits until a promotion is in a phase, according to its record. */
export async function isIn(
  engine: Pick<Engine, 'database'>,
  id: string,
  phase: string,
  withinMs = patienceMs,
): Promise<void> {
  await until(async () => (await stateOf(engine, id)) === phase, `promotion ${id} to be ${phase}`, withinMs);
}

/** Starts a promotion and waits until it is in a phase. */
export async function inPhase(engine: Engine, lane: Lane, bundle: Digest, phase: string): Promise<Target> {
  const handle = await engine.promote({ lane, bundle });
  const id = await recordOf(engine, handle.workflowId);
  await isIn(engine, id, phase);
  return { bundle, handle, id };
}

/** A sealed bundle that is live in bronze and silver, so that gold lacks nothing but people. */
export async function readyForGold(engine: Engine, text: string, options: SealOptions = {}): Promise<Digest> {
  const bundle = await sealText(engine, text, options);
  await engine.bringTo(bundle, 'bronze');
  await attachPreviewCheck(engine, bundle);
  await engine.bringTo(bundle, 'silver');
  return bundle;
}

/** A promotion to gold, requested by `dev`, that waits for two people. */
export async function waitingForApproval(engine: Engine, text: string): Promise<Target> {
  const bundle = await readyForGold(engine, text);
  const request = await engine.sign('dev', { verb: 'request', lane: 'gold', bundle });
  const handle = await engine.promote({ lane: 'gold', bundle, request });
  const id = await recordOf(engine, handle.workflowId);
  await isIn(engine, id, 'AWAITING_APPROVAL');
  return { bundle, handle, id };
}

/** A statement of a person about a promotion to gold, signed with their key. */
export function signedFor(
  engine: Engine,
  target: Target,
  person: string,
  verb: 'approve' | 'reject' | 'abort' | 'retry' = 'approve',
): Promise<unknown> {
  return engine.sign(person, { verb, lane: 'gold', bundle: target.bundle, promotionId: target.id });
}

/** Sends a statement as an update to the newest run of a promotion. */
export function decide(engine: Engine, target: Target, statement: unknown, update = 'decide') {
  const handle = engine.client.workflow.getHandle(target.handle.workflowId);
  return handle.executeUpdate<{ accepted: boolean; text: string; state: string }, [unknown]>(update, {
    args: [{ statement }],
  });
}

/** What two people, and nobody else, can do: bring a waiting promotion to gold live. */
export async function approveByTwo(engine: Engine, target: Target): Promise<void> {
  for (const person of ['alice', 'bob']) await decide(engine, target, await signedFor(engine, target, person));
  await isIn(engine, target.id, 'LIVE');
}

/** Every row of every table that says what is true, as one text for each table. Equal texts: nothing was changed. */
export async function snapshotOf(engine: Pick<Engine, 'database'>): Promise<Readonly<Record<string, string>>> {
  const tables = [
    ...['promotions', 'check_runs', 'decisions', 'attestations', 'lanes', 'lane_history', 'lane_aliases'],
    ...['alias_switches', 'products', 'releases', 'bundles', 'principals', 'principal_keys', 'method_events'],
  ];
  const texts = tables.map(async (table) => {
    const rows = await rowsOf<{ row: string }>(engine, `select t::text as row from ${table} t order by 1`);
    return [table, rows.map(({ row }) => row).join('\n')] as const;
  });
  return Object.fromEntries(await Promise.all(texts));
}
