import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { abortUpdate } from '../../workflows/promotion/contract.js';
import { taskQueues } from '../../temporal-config/task-queues.js';
import {
  approveByTwo,
  inPhase,
  neverHealthy,
  pendingActivityOf,
  rowsOf,
  snapshotOf,
  startReconcilingEngine,
  stateOf,
  type Target,
  waitingForApproval,
} from '../support/attack-scene.js';
import type { Engine } from '../support/engine.js';
import { callFromForeignWorkflow, callStandalone, type ForeignOutcome } from '../support/foreign-call.js';
import { type Placed, placedIn } from '../support/phases.js';
import { sealText } from '../support/sealed-bundle.js';
import { promotionEvents } from '../support/event-tables.js';

const tenant = 'default';
const { control, build, sign, deploy } = taskQueues;
let engine: Engine;
let gold: Target;
let holder: Placed;
let inputs: Readonly<Record<string, readonly [queue: string, input: unknown]>>;
beforeAll(async () => {
  engine = await startReconcilingEngine();
  gold = await waitingForApproval(engine, 'wanted by strangers');
  // Holds its lane for as long as a file cannot be read, and meanwhile changes no row.
  holder = await placedIn['GUARDING']!(engine, 'held');
  inputs = await validInputs();
});
afterAll(async () => {
  await holder.release();
  await engine.close();
});

/** For each activity, an input that the workflow whose activity it is could give: only the caller is wrong. */
async function validInputs(): Promise<typeof inputs> {
  const retry = await engine.sign('dev', { verb: 'retry', lane: 'gold', bundle: gold.bundle, promotionId: gold.id });
  const ref = { tenant, promotionId: gold.id };
  const seen = { round: 0, event: 0 };
  const lane = { tenant, product: holder.product, lane: holder.lane };
  const other = await sealText(engine, 'never promoted');
  return {
    openPromotion: [
      control,
      { tenant, product: 'shop', lane: 'bronze', bundle: other, kind: 'PROMOTION', firstRunId: 'invented' },
    ],
    'advance woken': [control, { ...ref, stimulus: { type: 'woken' }, seen }],
    'advance time': [control, { ...ref, stimulus: { type: 'time' }, seen }],
    'advance statement': [
      control,
      { ...ref, stimulus: { type: 'statement', statement: retry, frontDoor: 'UPDATE' }, seen },
    ],
    'advance step-ended': [
      control,
      { tenant, promotionId: holder.id, stimulus: { type: 'step-ended', step: 'guard', attempt: 1 }, seen },
    ],
    guardBundle: [control, { ...ref, attempt: 1 }],
    readLane: [control, lane],
    settleHolder: [control, lane],
    awaitHolderClose: [control, lane],
    attestPromotion: [sign, ref],
    'moveLane guard': [deploy, { tenant, promotionId: holder.id, step: 'guard', attempt: 1 }],
    'moveLane deploy': [deploy, { tenant, promotionId: holder.id, step: 'deploy', attempt: 1 }],
    'moveLane verify': [deploy, { tenant, promotionId: holder.id, step: 'verify', attempt: 1 }],
    'moveLane revert': [deploy, { tenant, promotionId: holder.id, step: 'revert', attempt: 1 }],
  };
}

const names = [
  ...['openPromotion', 'advance woken', 'advance time', 'advance statement', 'advance step-ended', 'guardBundle'],
  ...['readLane', 'settleHolder', 'awaitHolderClose', 'attestPromotion'],
  ...['moveLane guard', 'moveLane deploy', 'moveLane verify', 'moveLane revert'],
];
/** Activities that existed once and believed their input. */
const withdrawn: readonly (readonly [string, string, Record<string, unknown>])[] = [
  ['recordTransition', control, { to: 'REJECTED', reason: 'rejected by alice' }],
  ['recordTransition', control, { to: 'LIVE', reason: 'the lane serves this bundle', fencingToken: 1 }],
  ['evaluateGates', control, { round: 2_000_000_000 }],
  ['registerDecision', control, { phase: 'ERRORED', statement: {}, frontDoor: 'UPDATE' }],
  ['settleLane', control, { product: 'held', lane: 'bronze', closed: 'HOLDER' }],
  ['attestVerification', sign, { outcome: 'LIVE', at: '2026-01-01T00:00:00.000Z' }],
  ['deployBundle', deploy, { fencingToken: 1, idempotencyKey: 'k' }],
  ['verifyLane', deploy, {}],
  ['revertLane', deploy, { fencingToken: 1, idempotencyKey: 'k' }],
];
const callers = { 'a foreign workflow': callFromForeignWorkflow, 'no workflow at all': callStandalone } as const;
type Caller = keyof typeof callers;

/** Calls an activity and demands that not a single row has changed. */
async function callInVain(by: Caller, activity: string, queue: string, input: unknown): Promise<ForeignOutcome> {
  const before = await snapshotOf(engine);
  const outcome = await callers[by](engine.client, { activity, queue, args: [input] });
  expect(await snapshotOf(engine)).toEqual(before);
  return outcome;
}

describe.each(Object.keys(callers) as Caller[])('an activity that is called by %s', (by) => {
  test.each(names)('%s is refused for good, and changes nothing', async (name) => {
    const [queue, input] = inputs[name]!;
    const outcome = await callInVain(by, name.split(' ')[0]!, queue, input);
    expect(outcome).toMatchObject({ ok: false, type: 'PERMISSION_DENIED', retryable: false });
  });

  test.each(withdrawn)('%s does not exist any more on %s, with %j', async (activity, queue, input) => {
    const text = JSON.stringify({ tenant, promotionId: gold.id, ...input }).replace('HOLDER', holder.id);
    expect(await callInVain(by, activity, queue, JSON.parse(text))).toMatchObject({ ok: false, type: 'NotFoundError' });
  });

  const wrong = [null, 'text', 12, [], {}, { tenant: 'other' }, { tenant, promotionId: { $ne: '' } }];
  test.each(wrong)('refuses the input %j for good, whatever the activity', async (input) => {
    const every = Object.entries(inputs).map(([name, [queue]]) => [name.split(' ')[0]!, queue] as const);
    for (const [activity, queue] of new Map([...every, ['fetchSource', build], ['qualifyImage', build]])) {
      const outcome = await callInVain(by, activity, queue, input);
      expect(outcome).toMatchObject({ ok: false, retryable: false });
      expect(['INVALID_INPUT', 'PERMISSION_DENIED']).toContain(outcome.ok ? '' : outcome.type);
    }
  });
});

describe('a running activity', () => {
  test.each(['complete', 'fail'])(
    'of a deployment that somebody else reports as ended (%s) brings nothing live',
    async (how) => {
      await engine.bringTo(await sealText(engine, `before ${how}`), 'bronze');
      const text = `never healthy ${how}`;
      const victim = await inPhase(
        engine,
        'bronze',
        await sealText(engine, text, { source: neverHealthy }),
        'DEPLOYING',
      );
      const activityId = await pendingActivityOf(victim);
      engine.temporal.cli(
        ...['activity', how, '--workflow-id', victim.handle.workflowId, '--activity-id', activityId],
        ...(how === 'complete' ? ['--result', 'null'] : ['--reason', 'invented']),
      );
      // Trouble that somebody reports may be tried again; then the real outcome is what counts.
      await engine.reached(victim.handle, 'ERRORED', 'FAILED');
      const isErrored = (await stateOf(engine, victim.id)) === 'ERRORED';
      if (isErrored) {
        const about = { verb: 'abort', lane: 'bronze', bundle: victim.bundle, promotionId: victim.id } as const;
        await victim.handle.executeUpdate(abortUpdate, { args: [{ statement: await engine.sign('dev', about) }] });
      }
      expect(await victim.handle.result()).toMatchObject({ state: isErrored ? 'ABORTED' : 'FAILED' });
      expect(await engine.answerOf('bronze')).toBe(`before ${how}`);
      const reached = `select 1 from ${promotionEvents} e where promotion_id = $1 and data->>'to' = 'LIVE'`;
      expect(await rowsOf(engine, reached, victim.id)).toEqual([]);
    },
  );
});

test('after all of that, two people bring the promotion to gold live', async () => {
  await approveByTwo(engine, gold);
});
