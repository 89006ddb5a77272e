import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { workflowIds } from '../../core/ids.js';
import { taskQueues } from '../../temporal-config/task-queues.js';
import {
  approveByTwo,
  decide,
  isIn,
  recordOf,
  rowsOf,
  signedFor,
  stateOf,
  type Target,
  waitingForApproval,
} from '../support/attack-scene.js';
import { onTestFinished } from '../support/clean-up.js';
import { type Engine, startEngine } from '../support/engine.js';
import { callFromForeignWorkflow, type ForeignOutcome } from '../support/foreign-call.js';
import { sealText } from '../support/sealed-bundle.js';
import { until } from '../support/until.js';

const tenant = 'default';
let engine: Engine;
beforeAll(async () => {
  // Nobody interferes while somebody else has the id of a promotion; the tests say when runs are compared with records.
  engine = await startEngine({ reconcileEveryMs: 3_600_000 });
});
afterAll(() => engine.close());

/** Ends the real run of a promotion and, under its id, calls an activity from a workflow of somebody else. */
async function impersonate(target: Target, activity: string, queue: string, input: unknown): Promise<ForeignOutcome> {
  const handle = engine.client.workflow.getHandle(target.handle.workflowId);
  await handle.terminate('by a test').catch(() => undefined);
  return callFromForeignWorkflow(engine.client, {
    activity,
    queue,
    args: [input],
    workflowId: target.handle.workflowId,
    workflowType: 'promotion',
  });
}

/** Lies that a run under the right id could tell. */
const lies: readonly (readonly [string, string, string, Record<string, unknown>])[] = [
  ['that it was woken', 'advance', 'control', { stimulus: { type: 'woken' } }],
  ['that time has passed', 'advance', 'control', { stimulus: { type: 'time' } }],
  ...(['guard', 'deploy', 'verify', 'revert'] as const).map(
    (step) =>
      [
        `that ${step} has ended well`,
        'advance',
        'control',
        { stimulus: { type: 'step-ended', step, attempt: 1 } },
      ] as const,
  ),
  [
    'that a step failed',
    'advance',
    'control',
    { stimulus: { type: 'step-ended', step: 'deploy', attempt: 1, error: { code: 'X', message: 'x', verdict: true } } },
  ],
  [
    'that every gate passed',
    'advance',
    'control',
    { stimulus: { type: 'woken', round: { outcome: 'PASS', verdicts: [] } } },
  ],
  [
    'that alice approved',
    'advance',
    'control',
    { stimulus: { type: 'statement', statement: { verb: 'approve', principal: 'alice' }, frontDoor: 'UPDATE' } },
  ],
  ['which phase it is in', 'advance', 'control', { stimulus: { type: 'woken' }, phase: 'QUEUED' }],
  ['that the lane is to be moved', 'moveLane', 'deploy', { step: 'deploy', attempt: 1 }],
  ['that the lane is to be moved back', 'moveLane', 'deploy', { step: 'revert', attempt: 1 }],
  ['that it is to be attested', 'attestPromotion', 'sign', {}],
];

describe('a workflow of somebody else under the id of a promotion', () => {
  let target: Target;
  beforeAll(async () => {
    target = await waitingForApproval(engine, 'impersonated');
  });

  test.each(lies)(
    'may say %s, but the promotion only does what its rows say',
    async (_what, activity, queue, input) => {
      await impersonate(target, activity, taskQueues[queue as 'control'], { tenant, promotionId: target.id, ...input });
      expect(await stateOf(engine, target.id)).toBe('AWAITING_APPROVAL');
      const lane = "select 1 from lanes where lane = 'gold' and holder_promotion_id is not null";
      expect(await rowsOf(engine, lane)).toEqual([]);
      expect(await rowsOf(engine, "select 1 from lane_aliases where lane = 'gold'")).toEqual([]);
      const summaries = "select 1 from attestations where kind = 'verification-summary' and produced_by_run like $1";
      expect(await rowsOf(engine, summaries, `${target.handle.workflowId}/%`)).toEqual([]);
    },
  );

  test('does not keep the real one away: it goes on, and two people bring it live', async () => {
    await engine.client.workflow
      .getHandle(target.handle.workflowId)
      .terminate()
      .catch(() => undefined);
    await engine.reconcile();
    const approval = await signedFor(engine, target, 'alice');
    const answers = () =>
      decide(engine, target, approval).then(
        () => true,
        () => false,
      );
    await until(answers, 'a new run of the promotion');
    await approveByTwo(engine, target);
    expect(await recordOf(engine, target.handle.workflowId)).toBe(target.id);
  });
});

describe('a run that does not understand us', () => {
  /** Takes a workflow id: nobody ever serves this run. */
  const squat = async (workflowId: string) => {
    const queue = { taskQueue: 'nobody serves this queue', args: [] };
    const squatter = await engine.client.workflow.start('squatter', { workflowId, ...queue });
    onTestFinished(() => squatter.terminate().catch(() => undefined));
    return squatter;
  };

  test('under the id of a lane keeps nobody from deploying', async () => {
    const bundle = await sealText(engine, 'while a stranger sits there');
    const id = workflowIds.lane(tenant, 'shop', 'bronze');
    await engine.client.workflow
      .getHandle(id)
      .terminate()
      .catch(() => undefined);
    await squat(id);
    const handle = await engine.promote({ lane: 'bronze', bundle });
    await isIn(engine, await recordOf(engine, handle.workflowId), 'LIVE');
  });

  test('under the id of a promotion delays it for as long as it runs, and no longer', async () => {
    const bundle = await sealText(engine, 'delayed by a stranger');
    const squatter = await squat(workflowIds.promotion(tenant, 'shop', 'bronze', bundle));
    await engine.promote({ lane: 'bronze', bundle }).catch(() => undefined);
    expect(await rowsOf(engine, 'select 1 from promotions where bundle_digest = $1', bundle)).toEqual([]);
    await squatter.terminate();
    const handle = await engine.promote({ lane: 'bronze', bundle });
    await isIn(engine, await recordOf(engine, handle.workflowId), 'LIVE');
  });

  test('after the run of a promotion was terminated, it delays the next run of it, and no longer', async () => {
    const target = await waitingForApproval(engine, 'interrupted by a stranger');
    await decide(engine, target, await signedFor(engine, target, 'alice'));
    await target.handle.terminate();
    const squatter = await squat(target.handle.workflowId).catch(() => undefined);
    await squatter?.terminate();
    const approval = await signedFor(engine, target, 'bob');
    await engine.reconcile();
    const answers = () =>
      decide(engine, target, approval).then(
        () => true,
        () => false,
      );
    await until(answers, 'a new run of the promotion');
    await isIn(engine, target.id, 'LIVE');
  });
});

describe('a promotion that anybody has started', () => {
  test('keeps nobody from rolling back to its bundle', async () => {
    const first = await waitingForApproval(engine, 'to be brought back');
    await approveByTwo(engine, first);
    await approveByTwo(engine, await waitingForApproval(engine, 'to be withdrawn'));
    const inTheWay = await engine.promote({ lane: 'gold', bundle: first.bundle });
    await engine.reached(inTheWay, 'GATING');
    const request = await engine.sign('carol', { verb: 'rollback', lane: 'gold', bundle: first.bundle });
    const rollback = await engine.promote({ lane: 'gold', bundle: first.bundle, kind: 'ROLLBACK', request });
    await engine.reached(rollback, 'LIVE');
    expect(await engine.answerOf('gold')).toBe('to be brought back');
  });
});
