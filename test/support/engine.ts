import { Client, type WorkflowHandleWithFirstExecutionRunId } from '@temporalio/client';
import { DefaultLogger, NativeConnection, Runtime } from '@temporalio/worker';
import { EvidenceCache } from '../../activities/policy/evidence-cache.js';
import type { ContentStore, TenantStores } from '../../adapters/content-store/content-store.js';
import { signStatement } from '../../adapters/sigstore/sign-statement.js';
import type { DecisionVerb } from '../../core/decision/verbs.js';
import type { Digest } from '../../core/digest.js';
import { type Decision, decisionStatement } from '../../core/evidence/decision.js';
import type { PolicyRoots } from '../../core/governance/pins.js';
import { workflowIds } from '../../core/ids.js';
import type { Lane } from '../../core/lanes.js';
import { describePromotion } from '../../core/run-description.js';
import { startAliasRouter } from '../../apps/router/alias-router.js';
import { type Database, openDatabase } from '../../store/database.js';
import { promotionOfRun, requirePromotion } from '../../store/promotion/read.js';
import { recordShownFacts } from '../../store/decision/shown-facts.js';
import { ensureDevelopmentIdentities } from '../../apps/stack/development-identities.js';
import { readBuildSettings } from '../../workers/config.js';
import { connectForDeliveries } from '../../workers/deliver.js';
import { startDispatcher } from '../../workers/dispatcher.js';
import { startReconciler } from '../../workers/reconciler.js';
import { type Deployment, makeCurrent } from '../../workers/deployment.js';
import { openPorts } from '../../workers/ports.js';
import { controlDepsOf, createWorkers, databaseOf, type WorkersDeps } from '../../workers/run-workers.js';
import { type PromotionInput, promotionWorkflowType, statusQuery } from '../../workflows/promotion/contract.js';
import type { promotion } from '../../workflows/promotion/workflow.js';
import { type EmbeddedCluster, startCluster } from './embedded-cluster.js';
import { openStores } from './blobs.js';
import { installPolicies } from './installed-rules.js';
import { queues, urlsOfQueues } from './queues.js';
import { signerOf } from './sealed-bundle.js';
import { connectTo, startTemporal, type TestTemporal } from './temporal-server.js';
import { startRun, untilEndedRunCloses } from './start-run.js';
import { patienceMs, until } from './until.js';
import { type StartVersion, stopWorkers, versionStarter } from './versions.js';
import { workflowBundle } from './workflow-bundle.js';

/** The handle of a promotion's run. */
export type PromotionHandle = WorkflowHandleWithFirstExecutionRunId<typeof promotion>;

/**
 * Everything that promotions need, real, and in this process where possible: database, Temporal server, workers,
 * dispatcher, router.
 */
export interface Engine {
  readonly cluster: EmbeddedCluster;
  readonly temporal: Omit<TestTemporal, 'server' | 'ui' | 'stopServer' | 'startServer'>;
  readonly client: Client;
  readonly database: Database;
  /** The blobs of all tenants, as the tests reach them. */
  readonly stores: TenantStores;
  /** Those of the default tenant. */
  readonly blobs: ContentStore;
  readonly dataDir: string;
  /** What is pinned of the installed policies. */
  readonly policyRoots: PolicyRoots;
  /** Starts a promotion as the API does. */
  promote(
    input: Omit<PromotionInput, 'tenant' | 'product'> & { readonly product?: string },
    workflowId?: string,
  ): Promise<PromotionHandle>;
  /** A decision of a person about a promotion, signed with their key. */
  sign(
    person: string,
    about: {
      readonly verb: DecisionVerb;
      readonly lane: Lane;
      readonly bundle: Digest;
      /** The promotion, by its own id or by the first run id of its run. */
      readonly promotionId?: string;
    },
    changes?: Partial<Decision>,
    keyOf?: string,
  ): Promise<unknown>;
  /** Waits until a promotion is in one of the phases. */
  reached(handle: PromotionHandle, ...states: string[]): Promise<string>;
  /** The id of the record that a run works for; waits until there is one. */
  recordOf(handle: PromotionHandle): Promise<string>;
  readonly startVersion: StartVersion;
  /** Compares runs with records now, as the worker does every 20 seconds. */
  reconcile(): Promise<void>;
  /** The response of a lane's only service. */
  answerOf(lane: Lane): Promise<string>;
  /** Brings a bundle into lanes that need no approvals. */
  bringTo(bundle: Digest, ...lanes: Lane[]): Promise<void>;
  close(): Promise<void>;
}

const isVerbose = process.env['TEST_LOG'] === 'on';

/** Without the activity tasks that no worker can read: the attacks send thousands, and the tests look at what follows. */
class QuietLogger extends DefaultLogger {
  override log(...[level, message, meta]: Parameters<DefaultLogger['log']>): void {
    if (isVerbose || !message.startsWith('Error while processing ActivityTask')) super.log(level, message, meta);
  }
}

Runtime.install({ logger: new QuietLogger(isVerbose ? 'WARN' : 'ERROR') });

/** Parts that replace those of the engine. */
export interface EngineOptions {
  readonly dynamicConfig?: Readonly<Record<string, string>>;
  readonly policiesDir?: string;
  readonly now?: () => Date;
  /** How often runs are compared with records. */
  readonly reconcileEveryMs?: number;
  /** How long the router waits for a service to become healthy. */
  readonly healthDeadlineMs?: number;
  /** A folder that the commands of products may read, too. */
  readonly readableForBuilds?: string;
  /** The version of the workflow code that its worker has, with which it becomes current; without one, it has none. */
  readonly deployment?: Deployment;
  /** A running server to use instead of a dev server: the one that skips time. */
  readonly temporal?: Omit<TestTemporal, 'server' | 'ui' | 'stopServer' | 'startServer'>;
}

/** Starts an engine for one test file. Closing it stops everything; so does a start that fails halfway. */
export async function startEngine(options: EngineOptions = {}): Promise<Engine> {
  const closers: (() => Promise<unknown>)[] = [];
  const close = async (): Promise<void> => {
    for (const closer of closers.splice(0).reverse()) await closer();
  };
  try {
    const engine = await assemble(options, (closer) => closers.push(closer));
    return { ...engine, ...verbs(engine), close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Starts the parts in order; they are closed in reverse order. */
async function assemble(
  options: EngineOptions,
  toClose: (closer: () => Promise<unknown>) => void,
): Promise<Omit<Engine, 'close' | keyof ReturnType<typeof verbs>>> {
  const cluster = await startCluster();
  toClose(() => cluster.close());
  const { dataDir } = cluster;
  const temporal = options.temporal ?? (await startTemporal(dataDir, options.dynamicConfig));
  toClose(() => temporal.close());
  await ensureDevelopmentIdentities(dataDir, cluster.urls.enrolment);
  const policyRoots = await installPolicies(cluster.urls, options.policiesDir);
  let wake = (_tenant: string): void => undefined;
  const database = openDatabase({ url: cluster.databaseUrl, maxConnections: 10, onWork: (tenant) => wake(tenant) });
  const ports = openPorts({ databaseUrls: urlsOfQueues(cluster.urls), dataDir }, (tenant) => wake(tenant));
  const connection = await NativeConnection.connect({ address: temporal.address });
  const clientConnection = await connectTo(temporal);
  const deliveryConnection = await connectForDeliveries({ address: temporal.address });
  toClose(async () => {
    for (const each of [database, ...ports.databases.values()]) await each.close();
    await deliveryConnection.close();
    await clientConnection.close();
    await connection.close();
  });
  const client = new Client({ connection: clientConnection });
  const deps: WorkersDeps = {
    connection,
    namespace: 'default',
    client,
    ...ports,
    cache: new EvidenceCache(),
    dataDir,
    policyRoots,
    roles: queues,
    build: readBuildSettings({ ...process.env, LANEKEEPER_BUILD_READABLE: options.readableForBuilds }),
    workflows: { workflowBundle },
    deployment: options.deployment,
    now: options.now ?? (() => new Date()),
  };
  const workers = await createWorkers(deps);
  const running = Promise.all(workers.map((worker) => worker.run()));
  if (options.deployment !== undefined) await makeCurrent(client, options.deployment, new AbortController().signal);
  const startVersion = versionStarter(deps, toClose);
  const dispatcher = startDispatcher({
    database: databaseOf(deps, 'control'),
    client: new Client({ connection: deliveryConnection }),
    onError: () => undefined,
  });
  wake = (tenant) => dispatcher.wake(tenant);
  const reconciler = startReconciler({
    ...controlDepsOf(deps),
    ...(options.reconcileEveryMs !== undefined && { everyMs: options.reconcileEveryMs }),
    onError: () => undefined,
  });
  toClose(async () => {
    await reconciler.stop();
    stopWorkers(workers);
    await running;
    await dispatcher.stop();
  });
  const lanePortBase = 23_000 + (process.pid % 400) * 20;
  const router = await startAliasRouter(
    {
      databaseUrl: cluster.urls.router,
      dataDir,
      lanePortBase,
      healthDeadlineMs: options.healthDeadlineMs ?? 3_000,
      serviceEnv: { PATH: process.env['PATH'] ?? '' },
    },
    () => undefined,
  );
  toClose(() => router.close());
  const stores = openStores(dataDir, database);
  const blobs = stores.of('default');
  const reconcile = () => reconciler.look();
  return { cluster, temporal, client, database, stores, blobs, dataDir, policyRoots, startVersion, reconcile };
}

function verbs(
  engine: Pick<Engine, 'client' | 'database' | 'dataDir'>,
): Pick<Engine, 'promote' | 'sign' | 'reached' | 'recordOf' | 'answerOf' | 'bringTo'> {
  const promote: Engine['promote'] = async (
    input,
    workflowId = workflowIds.promotion('default', input.product ?? 'shop', input.lane, input.bundle, input.kind),
  ) => {
    const whole = { tenant: 'default', product: 'shop', ...input };
    await untilEndedRunCloses(engine, workflowId);
    const run = await startRun(engine.client, {
      ...{ workflowType: promotionWorkflowType, workflowId, input: whole },
      description: describePromotion(whole),
    });
    const handle = engine.client.workflow.getHandle<typeof promotion>(workflowId, undefined, {
      firstExecutionRunId: run.firstRunId,
    });
    return Object.assign(handle, { firstExecutionRunId: run.firstRunId });
  };
  const reached: Engine['reached'] = async (handle, ...states) => {
    let last = '';
    for (
      const deadline = Date.now() + patienceMs;
      Date.now() < deadline;
      await new Promise((resolve) => setTimeout(resolve, 20))
    ) {
      const seen = await handle
        .query(statusQuery)
        .catch((error: unknown) => ({ state: `no answer: ${String(error)}`, reason: '' }));
      if (states.includes(seen.state)) return seen.reason;
      last = `${seen.state}: ${seen.reason}`;
    }
    throw new Error(`${handle.workflowId} did not reach ${states.join(' or ')}; it is ${last}`);
  };
  return {
    promote,
    reached,
    async recordOf(handle) {
      let id: string | undefined;
      await until(async () => {
        const { database } = engine;
        id = (await database.transaction('default', (tx) => promotionOfRun(tx, handle.firstExecutionRunId)))?.id;
        return id !== undefined;
      }, `a record of ${handle.workflowId}`);
      return id ?? '';
    },
    sign: (person, about, changes = {}, keyOf = person) => signDecision(engine, person, about, changes, keyOf),
    async answerOf(lane) {
      const rows = await engine.database.transaction('default', (tx) =>
        tx.query<{ port: number }>("select port from lane_targets where product = 'shop' and lane = $1", [lane]),
      );
      return (await fetch(`http://127.0.0.1:${rows[0]?.port ?? 0}/`)).text();
    },
    async bringTo(bundle, ...lanes) {
      for (const lane of lanes) await reached(await promote({ lane, bundle }), 'LIVE');
    },
  };
}

async function signDecision(
  engine: Pick<Engine, 'database' | 'dataDir'>,
  person: string,
  about: Parameters<Engine['sign']>[1],
  changes: Partial<Decision>,
  keyOf: string,
): Promise<unknown> {
  const { promotionId, ...rest } = about;
  const shown =
    promotionId === undefined
      ? {}
      : await engine.database.transaction('default', async (tx) => {
          const named = await promotionOfRun(tx, promotionId);
          const { id, workflowId, policyDigest } = named ?? (await requirePromotion(tx, promotionId));
          const { digest } = await recordShownFacts(tx, id);
          return { promotion: { id, workflowId }, policySnapshot: policyDigest, facts: digest };
        });
  const decision: Decision = {
    ...rest,
    ...shown,
    principal: person,
    tenant: 'default',
    product: 'shop',
    nonce: crypto.randomUUID(),
    issuedAt: new Date(Date.now() - 1_000).toISOString(),
    expiresAt: new Date(Date.now() + 3_600_000).toISOString(),
    ...changes,
  };
  const bytes = await signStatement(decisionStatement(decision), await signerOf(engine.dataDir, 'identities', keyOf));
  return JSON.parse(bytes.toString('utf8')) as unknown;
}
