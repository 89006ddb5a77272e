import { randomInt, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { temporal } from '@temporalio/proto';
import { verifyStatement } from '../../adapters/sigstore/verify-statement.js';
import { digestOf } from '../../core/hash.js';
import { taskQueues } from '../../temporal-config/task-queues.js';
import {
  approveByTwo,
  failedTasksOf,
  isIn,
  rowsOf,
  signedFor,
  startReconcilingEngine,
  type Target,
  waitingForApproval,
} from '../support/attack-scene.js';
import type { Engine } from '../support/engine.js';
import { type Placed, placedIn } from '../support/phases.js';
import { type RandomMessage, type RawArgs, randomMessages, type Vocabulary } from '../support/random-messages.js';
import { until } from '../support/until.js';

/** Set ATTACK_SEED to repeat a run. */
const seed = Number(process.env['ATTACK_SEED'] ?? randomInt(2 ** 31));
const messages = 10_000;
const atATime = 40;
const namespace = 'default';
const { UPDATE_WORKFLOW_EXECUTION_LIFECYCLE_STAGE_ACCEPTED: acceptedStage } =
  temporal.api.enums.v1.UpdateWorkflowExecutionLifecycleStage;
/** The most refused statements that one promotion keeps. */
const refusedAtMost = 500;

let engine: Engine;
let gold: Target;
let placed: readonly Placed[];
const signed = new Set<string>();
beforeAll(async () => {
  engine = await startReconcilingEngine();
  gold = await waitingForApproval(engine, 'survives');
  const every = Object.entries(placedIn);
  placed = await Promise.all(every.map(([, place], index) => place(engine, `random-${String(index)}`)));
});
afterAll(async () => {
  for (const one of placed) await one.release();
  await engine.close();
});

const { control, build, sign, deploy } = taskQueues;
const activities: Vocabulary['activities'] = [
  ...[
    'openPromotion',
    'advance',
    'advance',
    'advance',
    'guardBundle',
    'handOver',
    'settleHolder',
    'awaitHolderClose',
  ].map((name) => [name, control] as const),
  ...['recordTransition', 'evaluateGates', 'registerDecision', 'settleLane'].map((name) => [name, control] as const),
  ...['findSealed', 'openRelease', 'failRelease', 'sealRelease'].map((name) => [name, control] as const),
  ...['attestPromotion', 'attestVerification', 'signStatement'].map((name) => [name, sign] as const),
  ...['moveLane', 'moveLane', 'deployBundle', 'verifyLane', 'revertLane'].map((name) => [name, deploy] as const),
  ['qualifyImage', build],
];

/** Valid inputs of everything, about the promotions under attack; and statements that people signed. */
async function vocabulary(): Promise<Vocabulary> {
  const statements: unknown[] = [await signedFor(engine, gold, 'alice')];
  for (const { bundle, id, product, lane } of placed)
    for (const verb of ['approve', 'reject', 'abort', 'retry'] as const)
      statements.push(await engine.sign('alice', { verb, lane, bundle, promotionId: id }, { product }));
  for (const statement of statements) {
    const { dsseEnvelope } = statement as { dsseEnvelope: { payload: string } };
    signed.add(digestOf(Buffer.from(dsseEnvelope.payload, 'base64')));
  }
  const targets = [{ ...gold, product: 'shop', lane: 'gold' }, ...placed];
  const stimuli = [
    ...[{ type: 'woken' }, { type: 'time' }, { type: 'statement', statement: statements[0], frontDoor: 'UPDATE' }],
    ...['guard', 'deploy', 'verify', 'revert'].map((step) => ({ type: 'step-ended', step, attempt: 1 })),
  ];
  const inputs = targets.flatMap(({ id, product, lane, bundle }) => [
    { tenant: 'default', product, lane, bundle },
    { tenant: 'default', product, lane, bundle, firstRunId: 'x', promotionId: id, workflowId: 'x' },
    { tenant: 'default', product, lane, closed: id },
    ...stimuli.map((stimulus) => ({ tenant: 'default', promotionId: id, stimulus })),
    ...['LIVE', 'REJECTED'].map((to) => ({
      tenant: 'default',
      promotionId: id,
      to,
      outcome: to,
      reason: '',
      fencingToken: 1,
    })),
    ...['deploy', 'verify', 'revert'].map((step) => ({ tenant: 'default', promotionId: id, step, attempt: 1 })),
  ]);
  const machine = [
    { type: 'decided', decision: { accepted: true, verb: 'reject', principal: 'alice', text: '' } },
    { type: 'gates-evaluated', round: { round: 1, verdicts: [], outcome: 'PASS', reason: '' } },
    { how: 'SUPERSEDED', by: gold.id },
    { fencingToken: 99 },
  ];
  return {
    signals: ['decision', 'decision', 'changed', 'superseded', 'laneGranted', 'nonsense'],
    updates: ['decide', 'abort', 'retry', 'bypass', 'nonsense'],
    workflows: [...Array.from({ length: 12 }, () => 'promotion'), 'lane', 'lane', 'release', 'release', 'nonsense'],
    activities,
    workflowIds: [...targets.map(({ handle }) => handle.workflowId), 'lane/default/shop/gold'],
    valid: [...statements, ...statements.map((statement) => ({ statement })), ...inputs, ...machine],
  };
}

const input = (args: RawArgs) => ({
  payloads: args.map(({ encoding, data }) => ({
    metadata: { encoding: Buffer.from(encoding) },
    data: Buffer.from(data),
  })),
});

/** Sends a message and does not care what becomes of it. */
async function send(message: RandomMessage): Promise<void> {
  const service = engine.client.workflowService;
  const requestId = randomUUID();
  const sending = engine.client.withDeadline(Date.now() + 2_000, async () => {
    switch (message.kind) {
      case 'signal':
        return service.signalWorkflowExecution({
          namespace,
          workflowExecution: { workflowId: message.workflowId },
          signalName: message.name,
          input: input(message.args),
          requestId,
        });
      case 'update':
        return service.updateWorkflowExecution({
          namespace,
          workflowExecution: { workflowId: message.workflowId },
          waitPolicy: { lifecycleStage: acceptedStage },
          request: {
            meta: { updateId: requestId, identity: 'random' },
            input: { name: message.name, args: input(message.args) },
          },
        });
      case 'start':
        return service.startWorkflowExecution({
          namespace,
          requestId,
          workflowId: message.workflowId,
          workflowType: { name: message.name },
          taskQueue: { name: control },
          input: input(message.args),
          ...(message.cron && { cronSchedule: '@every 1s' }),
        });
      case 'activity':
        return service.startActivityExecution({
          namespace,
          requestId,
          activityId: requestId,
          activityType: { name: message.name },
          taskQueue: { name: message.queue },
          input: input(message.args),
          startToCloseTimeout: { seconds: 10 as never },
          scheduleToCloseTimeout: { seconds: 20 as never },
          retryPolicy: { maximumAttempts: 1 },
        });
    }
  });
  await sending.catch(() => undefined);
}

/** The edges of the machine, as docs/concepts.md draws them. */
const edges: Readonly<Record<string, readonly string[]>> = {
  GATING: ['AWAITING_APPROVAL', 'QUEUED', 'REJECTED', 'ABORTED'],
  AWAITING_APPROVAL: ['GATING', 'QUEUED', 'REJECTED', 'ABORTED'],
  QUEUED: ['GATING', 'AWAITING_APPROVAL', 'GUARDING', 'DEPLOYING', 'REJECTED', 'ABORTED'],
  GUARDING: ['QUEUED', 'DEPLOYING', 'FAILED', 'ERRORED', 'ABORTED'],
  DEPLOYING: ['VERIFYING', 'FAILED', 'ERRORED', 'ABORTED'],
  VERIFYING: ['LIVE', 'FAILED', 'ERRORED', 'ABORTED'],
  LIVE: ['SUPERSEDED', 'ROLLED_BACK'],
  ERRORED: ['GATING', 'DEPLOYING', 'VERIFYING', 'FAILED', 'ABORTED'],
};

/** The phases of a promotion in the order in which its events say that it went through them. */
async function pathOf(id: string): Promise<readonly string[]> {
  const events = await rowsOf<{ type: string; from: string; to: string; how: string }>(
    engine,
    `select type, data->>'from' as from, data->>'to' as to, data->>'how' as how from method_events where promotion_id = $1
       and type in ('promotion.requested', 'promotion.transitioned', 'promotion.superseded', 'lane.revoked') order by id`,
    id,
  );
  const path: string[] = [];
  for (const { type, from, to, how } of events) {
    if (type === 'promotion.requested') path.push('GATING');
    else if (type === 'promotion.superseded') path.push(how);
    else if (type === 'lane.revoked') path.push('QUEUED');
    else {
      expect(from).toBe(path.at(-1));
      path.push(to);
    }
  }
  return path;
}

describe('ten thousand random messages', () => {
  test.each([[seed]])(
    'of seed %d are sent to runs in every phase',
    async (from) => {
      const supply = randomMessages(from, await vocabulary());
      let sent = 0;
      const sendInTurn = async (): Promise<void> => {
        for (; sent < messages; sent += 1) await send(supply.next().value);
      };
      await Promise.all(Array.from({ length: atATime }, sendInTurn));
      const answers = () =>
        engine.client.workflow
          .getHandle(gold.handle.workflowId)
          .query('status')
          .then(
            () => true,
            () => false,
          );
      await until(answers, 'the promotion to gold to answer', 60_000);
    },
    170_000,
  );

  test('change no phase without the event of an edge', async () => {
    for (const { id, state } of await rowsOf<{ id: string; state: string }>(
      engine,
      'select id, state from promotions',
    )) {
      const path = await pathOf(id);
      expect([id, path.at(-1)]).toEqual([id, state]);
      for (const [index, to] of path.slice(1).entries()) expect(edges[path[index]!]).toContain(to);
    }
  });

  test('fail no workflow task', async () => {
    const lanes = placed.map(({ product, lane }) => `lane/default/${product}/${lane}`);
    for (const workflowId of [gold.handle.workflowId, ...placed.map(({ handle }) => handle.workflowId), ...lanes])
      expect([workflowId, await failedTasksOf(engine, workflowId).catch(() => [])]).toEqual([workflowId, []]);
  });

  test('add no decision that nobody signed', async () => {
    const keys = await rowsOf<{ public_key_pem: string }>(
      engine,
      "select public_key_pem from principal_keys where purpose = 'person'",
    );
    const accepted = await rowsOf<{ checksum: `sha256:${string}` | null; verb: string }>(
      engine,
      `select d.verb, a.checksum from decisions d left join attestations a on a.tenant_id = d.tenant_id and a.id = d.attestation_id
        where d.accepted`,
    );
    for (const { checksum, verb } of accepted) {
      expect([verb, checksum]).toEqual([verb, expect.any(String)]);
      const { statementDigest } = verifyStatement(
        await engine.blobs.get(checksum!),
        keys.map((key) => key.public_key_pem),
      );
      if (verb !== 'request') expect(signed).toContain(statementDigest);
    }
  });

  test('add a bounded number of rows', async () => {
    const most =
      'select count(*)::int as n from decisions where not accepted group by promotion_id order by n desc limit 1';
    expect((await rowsOf<{ n: number }>(engine, most))[0]?.n ?? 0).toBeLessThanOrEqual(refusedAtMost);
    const [events] = await rowsOf<{ n: number }>(engine, 'select count(*)::int as n from method_events');
    expect(events!.n).toBeLessThan(messages / 2);
  });

  test('keep two people from nothing: their approvals bring the promotion to gold live', async () => {
    await approveByTwo(engine, gold);
    await isIn(engine, gold.id, 'LIVE');
    expect(await engine.answerOf('gold')).toBe('survives');
  });
});
