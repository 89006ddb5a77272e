import { fileURLToPath } from 'node:url';
import type { WorkflowHandle } from '@temporalio/client';
import { EvidenceCache } from '../activities/policy/evidence-cache.js';
import { signStatement } from '../adapters/sigstore/sign-statement.js';
import { startOrJoin } from '../apps/api/start-workflow.js';
import { describePromotion } from '../core/run-description.js';
import type { DecisionVerb } from '../core/decision/verbs.js';
import type { Digest } from '../core/digest.js';
import { decisionStatement } from '../core/evidence/decision.js';
import { workflowIds } from '../core/ids.js';
import type { Lane } from '../core/lanes.js';
import { startAliasRouter } from '../apps/router/alias-router.js';
import { requirePromotion } from '../store/promotion/read.js';
import { recordShownFacts } from '../store/decision/shown-facts.js';
import { attachPreviewCheck, sealText, signerOf } from '../test/support/sealed-bundle.js';
import { openPorts } from '../workers/ports.js';
import { createWorkers } from '../workers/run-workers.js';
import { decideUpdate, decisionSignal, openedUpdate, promotionWorkflowType } from '../workflows/promotion/contract.js';
import { type EventCounts, eventCountsOf } from './history-events.js';
import type { Machine } from './machine.js';

const product = 'shop';
/** The lane and the attestations. */
const stepsOfPromotion = 2;
type Run = WorkflowHandle & { readonly promotionId: string };

/**
 * Takes one real bundle through bronze and silver to gold with the product's own workers, policy and router: signed
 * evidence, a signed request, one approval as an update and one as a signal.
 *
 * @returns the events of the gold promotion's history once it is live and attested
 */
export async function goldPromotion(machine: Machine): Promise<EventCounts> {
  const { config, dataDir, urls, connection, client } = machine;
  const queues = ['control', 'sign', 'deploy'] as const;
  const ports = openPorts(
    { databaseUrls: new Map(queues.map((queue) => [queue, urls[queue]] as const)), dataDir },
    undefined,
  );
  const workers = await createWorkers({
    ...ports,
    ...{ connection, client, dataDir, namespace: config.namespace },
    cache: new EvidenceCache(),
    policyRoots: machine.policyRoots,
    roles: queues,
    build: { environment: {}, npmCacheFolder: '', readable: [], acceptUncontained: false },
    workflows: { workflowBundle: { codePath: fileURLToPath(new URL('../dist/workflow-bundle.js', import.meta.url)) } },
    now: () => new Date(),
  });
  const running = Promise.all(workers.map((worker) => worker.run()));
  const lanePortBase = 27_000 + (process.pid % 400) * 20;
  const router = await startAliasRouter(
    {
      databaseUrl: urls.router,
      ...{ dataDir, lanePortBase, healthDeadlineMs: 20_000, serviceEnv: { PATH: process.env['PATH'] ?? '' } },
    },
    () => undefined,
  );
  try {
    const bundle = await sealText(machine, 'gold');
    await reached(machine, await promote(machine, 'bronze', bundle), 'LIVE');
    await attachPreviewCheck(machine, bundle);
    await reached(machine, await promote(machine, 'silver', bundle), 'LIVE');
    const gold = await promote(machine, 'gold', bundle, await decisionOf(machine, 'dev', 'request', bundle));
    await reached(machine, gold, 'AWAITING_APPROVAL');
    await gold.executeUpdate(decideUpdate, {
      args: [{ statement: await decisionOf(machine, 'alice', 'approve', bundle, gold) }],
    });
    await gold.signal(decisionSignal, await decisionOf(machine, 'bob', 'approve', bundle, gold));
    await reached(machine, gold, 'LIVE');
    let events = await eventCountsOf(gold);
    await until('the promotion is attested', async () => {
      events = await eventCountsOf(gold);
      return (
        events['activityTaskCompleted'] === stepsOfPromotion &&
        events['workflowTaskCompleted'] === events['workflowTaskScheduled']
      );
    });
    return events;
  } finally {
    await router.close();
    for (const worker of workers) worker.shutdown();
    await running;
    for (const each of ports.databases.values()) await each.close();
  }
}

async function promote({ client }: Machine, lane: Lane, bundle: Digest, request?: unknown): Promise<Run> {
  const workflowId = workflowIds.promotion('default', product, lane, bundle);
  const input = { tenant: 'default', product, lane, bundle, ...(request !== undefined && { request }) };
  const { reply } = await startOrJoin(client, {
    ...{ workflowType: promotionWorkflowType, workflowId, input, opened: openedUpdate },
    description: describePromotion(input),
    isOver: () => false,
  });
  return Object.assign(client.workflow.getHandle(workflowId), { promotionId: reply.promotionId });
}

async function reached({ database }: Machine, run: Run, state: string): Promise<void> {
  const rows = () =>
    database.transaction('default', (tx) =>
      tx.query<{ state: string }>('select state from promotions where id = $1', [run.promotionId]),
    );
  await until(`${run.workflowId} is ${state}`, async () => (await rows())[0]?.state === state);
}

async function until(what: string, holds: () => Promise<boolean>): Promise<void> {
  for (
    const deadline = Date.now() + 60_000;
    !(await holds());
    await new Promise((resolve) => setTimeout(resolve, 20))
  ) {
    if (Date.now() > deadline) throw new Error(`timed out after 60 s waiting until ${what}`);
  }
}

/**
 * What a person signs: a request, which names no promotion, or a decision about a promotion and the facts that were
 * shown.
 */
async function decisionOf(
  { database, dataDir }: Machine,
  principal: string,
  verb: DecisionVerb,
  bundle: Digest,
  run?: Run,
): Promise<unknown> {
  const shown =
    run === undefined
      ? {}
      : await database.transaction('default', async (tx) => {
          const { id, workflowId, policyDigest } = await requirePromotion(tx, run.promotionId);
          const { digest } = await recordShownFacts(tx, id);
          return { promotion: { id, workflowId }, policySnapshot: policyDigest, facts: digest };
        });
  const issuedAt = new Date();
  const statement = decisionStatement({
    ...{ principal, verb, bundle, product, lane: 'gold', tenant: 'default' },
    ...shown,
    nonce: crypto.randomUUID(),
    issuedAt: issuedAt.toISOString(),
    expiresAt: new Date(issuedAt.getTime() + 3_600_000).toISOString(),
  });
  const bytes = await signStatement(statement, await signerOf(dataDir, 'identities', principal));
  return JSON.parse(bytes.toString('utf8')) as unknown;
}
