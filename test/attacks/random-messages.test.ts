import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { temporal } from '@temporalio/proto';
import { verifyStatement } from '../../adapters/sigstore/verify-statement.js';
import { digestOf } from '../../core/hash.js';
import { isEdge } from '../../core/promotion/edges.js';
import type { PromotionPhase } from '../../core/promotion/state.js';
import { taskQueues } from '../../temporal-config/task-queues.js';
import {
  approveByTwo,
  failedTasksOf,
  isIn,
  rowsOf,
  signedFor,
  type Target,
  waitingForApproval,
} from '../support/attack-scene.js';
import { type Engine, startEngine } from '../support/engine.js';
import { type Placed, placedIn } from '../support/phases.js';
import { type RandomMessage, type RawArgs, randomMessages, type Vocabulary } from '../support/random-messages.js';
import { isSoak } from '../support/soak.js';
import { until } from '../support/until.js';
import { promotionEvents } from '../support/event-tables.js';

/** Set ATTACK_SEED to send other messages. */
const seed = Number(process.env['ATTACK_SEED'] ?? 20_240_229);
const messages = isSoak ? 10_000 : 2_500;
const atATime = 10;
const namespace = 'default';
const { UPDATE_WORKFLOW_EXECUTION_LIFECYCLE_STAGE_ACCEPTED: acceptedStage } =
  temporal.api.enums.v1.UpdateWorkflowExecutionLifecycleStage;
/** The most refused statements of one signer, or of nobody, that a promotion keeps. */
const refusedAtMost = 50;

let engine: Engine;
let gold: Target;
let placed: readonly Placed[];
const signed = new Set<string>();
beforeAll(async () => {
  engine = await startEngine();
  gold = await waitingForApproval(engine, 'survives');
  const every = Object.entries(placedIn);
  placed = await Promise.all(every.map(([, place], index) => place(engine, `random-${String(index)}`)));
});
afterAll(async () => {
  for (const one of placed) await one.release();
  await engine.close();
});

const { control, build, sign, deploy } = taskQueues;
/** Those of today, twice, and some that existed once. */
const activities: Vocabulary['activities'] = [
  ...['openPromotion', 'advance', 'guardBundle', 'handOver', 'readLane', 'settleHolder', 'awaitHolderClose']
    .flatMap((name) => [name, name])
    .map((name) => [name, control] as const),
  ...['findSealed', 'openRelease', 'failRelease', 'sealRelease'].map((name) => [name, control] as const),
  ...['recordTransition', 'evaluateGates', 'registerDecision', 'settleLane'].map((name) => [name, control] as const),
  ...['attestPromotion', 'attestPromotion', 'signStatement'].map((name) => [name, sign] as const),
  ...['moveLane', 'moveLane', 'deployBundle', 'revertLane'].map((name) => [name, deploy] as const),
  ...['fetchSource', 'buildService', 'qualifyImage'].map((name) => [name, build] as const),
];

/** Valid inputs of everything, about the promotions under attack; and statements that people signed. */
async function vocabulary(): Promise<Vocabulary> {
  const statements: unknown[] = [await signedFor(engine, gold, 'alice')];
  const about = [gold.handle.workflowId];
  for (const { bundle, id, product, lane, handle } of placed)
    for (const verb of ['approve', 'reject', 'abort', 'retry'] as const) {
      statements.push(await engine.sign('alice', { verb, lane, bundle, promotionId: id }, { product }));
      about.push(handle.workflowId);
    }
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
    { tenant: 'default', product, lane, bundle, kind: 'PROMOTION', promotion: id, firstRunId: 'x' },
    { tenant: 'default', product, lane },
    ...stimuli.map((stimulus) => ({ tenant: 'default', promotionId: id, stimulus, seen: { round: 0, event: 0 } })),
    { tenant: 'default', promotionId: id, to: 'LIVE', reason: '', fencingToken: 1 },
    { type: 'promotion', input: { tenant: 'default', product, lane, bundle } },
    ...['deploy', 'verify', 'revert'].map((step) => ({ tenant: 'default', promotionId: id, step, attempt: 1 })),
  ]);
  const machine = [
    { type: 'decided', decision: { accepted: true, verb: 'reject', principal: 'alice', text: '' } },
    { type: 'gates-evaluated', round: { round: 1, verdicts: [], outcome: 'PASS', reason: '' } },
    { how: 'SUPERSEDED', by: gold.id },
    { fencingToken: 99 },
    { tenant: 'default', product: 'shop', revision: '0'.repeat(40), repository: '/nowhere' },
  ];
  return {
    signals: ['decision', 'decision', 'changed', 'superseded', 'laneGranted', 'nonsense'],
    updates: ['decide', 'abort', 'retry', 'bypass', 'nonsense'],
    workflows: [...Array.from({ length: 12 }, () => 'promotion'), 'lane', 'lane', 'release', 'release', 'nonsense'],
    activities,
    workflowIds: [...targets.map(({ handle }) => handle.workflowId), ...lanes()],
    statements: statements.map((statement, index) => ({ statement, workflowId: about[index]! })),
    valid: [...statements, ...statements.map((statement) => ({ statement })), ...inputs, ...machine],
  };
}

/** The lanes that have a run: those for which a promotion has waited. */
const lanes = () => placed.map(({ product, lane }) => `lane/default/${product}/${lane}`);

const input = (args: RawArgs) => ({
  payloads: args.map(({ encoding, data }) => ({
    metadata: { encoding: Buffer.from(encoding) },
    data: Buffer.from(data),
  })),
});

/** How many messages of each kind the server has taken. */
const taken = { signal: 0, update: 0, start: 0, activity: 0 };

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
  await sending.then(
    () => (taken[message.kind] += 1),
    () => undefined,
  );
}

/** The phases of a promotion in the order in which its events say that it went through them. */
async function pathOf(id: string): Promise<readonly PromotionPhase[]> {
  const events = await rowsOf<{ from: PromotionPhase; to: PromotionPhase }>(
    engine,
    `select data->>'from' as from, data->>'to' as to from ${promotionEvents} e
      where promotion_id = $1 and type = 'promotion.transitioned' order by id`,
    id,
  );
  const path: PromotionPhase[] = ['GATING'];
  for (const { from, to } of events) {
    expect([id, from]).toEqual([id, path.at(-1)]);
    path.push(to);
  }
  return path;
}

describe('thousands of random messages', () => {
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
      // The server refuses those to runs that have closed; far more than these reach our workers on a slow machine too.
      for (const [kind, least] of Object.entries({ signal: 0.1, update: 0.005, start: 0.005, activity: 0.1 }))
        expect([kind, taken[kind as keyof typeof taken] >= least * messages, taken]).toEqual([kind, true, taken]);
    },
    900_000,
  );

  test('change no phase without the event of an edge', async () => {
    for (const { id, state } of await rowsOf<{ id: string; state: string }>(
      engine,
      'select id, state from promotions',
    )) {
      const path = await pathOf(id);
      expect([id, path.at(-1)]).toEqual([id, state]);
      for (const [index, to] of path.slice(1).entries())
        expect([path[index], to, isEdge(path[index]!, to)]).toEqual([path[index], to, true]);
    }
  });

  test('fail no workflow task', async () => {
    let runs = 0;
    for await (const { workflowId, runId } of engine.client.workflow.list()) {
      runs += 1;
      expect([workflowId, await failedTasksOf(engine, workflowId, { runId, pageSize: 20 })]).toEqual([workflowId, []]);
    }
    expect(runs).toBeGreaterThan(placed.length);
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
    const most = `select count(*)::int as n from decisions where not accepted
                   group by promotion_id, principal order by n desc limit 1`;
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
