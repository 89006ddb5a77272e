import { createRequire } from 'node:module';
import { temporal } from '@temporalio/proto';
import { Worker } from '@temporalio/worker';
import { Client } from '@temporalio/client';
import type { Digest } from '../../core/digest.js';
import { canonicalJson } from '../../core/hash.js';
import { openDatabase } from '../../store/database.js';
import { connectForHistories } from '../../workers/history-connection.js';
import { type HistoryKeeper, startHistoryKeeper, type HistoryKeeperDeps } from '../../workers/history-keeper.js';
import { rowsOf } from './attack-scene.js';
import { openStores } from './blobs.js';
import { onTestFinished } from './clean-up.js';
import type { Engine } from './engine.js';
import { productOf } from '../replay/promotion-shapes.js';
import { until } from './until.js';
import { workflowBundle } from './workflow-bundle.js';

/** A keeper of the test, with what it has reported. */
export interface TestKeeper extends HistoryKeeper {
  readonly problems: readonly string[];
}

/** Starts a keeper with the rights of the control queue, which looks only when the test says so; it ends with the test. */
export async function keeperOn(engine: Engine, changes: Partial<HistoryKeeperDeps> = {}): Promise<TestKeeper> {
  const connection = await connectForHistories({ address: engine.temporal.address });
  const database = openDatabase({ url: engine.cluster.urls.control, maxConnections: 5 });
  const problems: string[] = [];
  const keeper = startHistoryKeeper({
    ...{
      client: new Client({ connection }),
      database,
      blobs: openStores(engine.dataDir, database),
      everyMs: 3_600_000,
    },
    onError: (message) => problems.push(message),
    ...changes,
  });
  onTestFinished(async () => {
    await keeper.stop();
    await database.close();
    await connection.close();
  });
  return { ...keeper, problems };
}

/** What is on record of a history. */
export type HistoryRow = {
  readonly run_id: string;
  readonly named_run_id: string;
  readonly outcome: string;
  readonly status: string | null;
  readonly continued_from: string | null;
  readonly continued_as: string | null;
  readonly events: number | null;
  readonly size: number | null;
  readonly digest: Digest | null;
};

/** The histories of a workflow id that are on record, the first that closed first. */
export function historiesOf(engine: Engine, workflowId: string): Promise<HistoryRow[]> {
  return rowsOf<HistoryRow>(
    engine,
    `select h.run_id, h.named_run_id, h.outcome, h.status, h.continued_from, h.continued_as, h.events, h.size, h.digest
       from run_histories h join runs r on r.tenant_id = h.tenant_id and r.id = h.named_run_id
      where r.workflow_id = $1 order by h.closed_at, h.run_id`,
    workflowId,
  );
}

/** The bytes of a kept history, as the tenant reads them. */
export async function keptBytes(engine: Engine, { digest }: HistoryRow): Promise<Buffer> {
  if (digest === null) throw new Error('the history is not kept');
  return engine.blobs.get(digest);
}

/** What Temporal's own command line prints of a history, in canonical JSON. */
export function shownByTemporal(engine: Engine, workflowId: string, runId: string): string {
  const about = ['--workflow-id', workflowId, '--run-id', runId, '--output', 'json'];
  const { code, stdout, stderr } = engine.temporal.cli('workflow', 'show', ...about);
  if (code !== 0) throw new Error(stderr);
  return canonicalJson(JSON.parse(stdout));
}

// What `historyFromJSON` of the SDK does, which wants all parts of the SDK beside one copy of protobufjs.
const requireHere = createRequire(import.meta.url);
const { fromJson } = createRequire(requireHere.resolve('@temporalio/proto'))('protobufjs/ext/protojson') as {
  readonly fromJson: (type: unknown, json: unknown) => temporal.api.history.v1.History;
};
const root = temporal as unknown as { lookupType(name: string): unknown };

/** Replays a kept history with the workflow code of the product. */
export function replayKept(bytes: Uint8Array, workflowId: string): Promise<void> {
  const history = fromJson(root.lookupType('api.history.v1.History'), JSON.parse(Buffer.from(bytes).toString('utf8')));
  return Worker.runReplayHistory({ workflowBundle }, history, workflowId);
}

/** The runs of a workflow id that visibility shows as closed, the newest first. */
export async function closedRunsOf(client: Client, workflowId: string): Promise<readonly string[]> {
  const closed: string[] = [];
  const query = `WorkflowId = '${workflowId}' AND ExecutionStatus != 'Running'`;
  for await (const { runId } of client.workflow.list({ query })) closed.push(runId);
  return closed;
}

/** Waits until visibility shows at least as many closed runs of a workflow id. */
export async function closed(engine: Engine, workflowId: string, count = 1): Promise<void> {
  const isShown = async () => (await closedRunsOf(engine.client, workflowId)).length >= count;
  await until(isShown, `${String(count)} closed runs of ${workflowId}`);
}

/** A promotion whose run was terminated while it waited. */
export async function terminated(engine: Engine, product: string): Promise<{ workflowId: string; runId: string }> {
  const shop = productOf(engine, product);
  const handle = await shop.promote('silver', await shop.seal('waits'));
  await engine.reached(handle, 'GATING');
  await handle.terminate('by a test');
  await closed(engine, handle.workflowId);
  return { workflowId: handle.workflowId, runId: handle.firstExecutionRunId };
}

/** What was asked of Temporal. */
export interface Calls {
  readonly queries: string[];
  readonly histories: number;
  readonly descriptions: number;
}

/** A client that counts what is asked, of its server and with its answers; some runs visibility does not show. */
export function countingCalls(
  client: Client,
  isHidden: (runId: string) => boolean = () => false,
): { readonly client: Client; readonly calls: Calls } {
  const calls = { queries: [] as string[], histories: 0, descriptions: 0 };
  const { workflow, workflowService } = client;
  const counting = {
    options: client.options,
    workflow: {
      async *list(options: { readonly query: string }) {
        calls.queries.push(options.query);
        for await (const run of workflow.list(options)) if (!isHidden(run.runId)) yield run;
      },
      getHandle: (workflowId: string, runId: string) => ({
        describe: () => {
          calls.descriptions += 1;
          return workflow.getHandle(workflowId, runId).describe();
        },
      }),
    },
    workflowService: {
      getWorkflowExecutionHistory: (request: object) => {
        calls.histories += 1;
        return workflowService.getWorkflowExecutionHistory(request);
      },
    },
  };
  return { client: counting as unknown as Client, calls };
}
