import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type CrashStack, startCrashStack } from '../support/crash-stack.js';
import { until } from '../support/until.js';
import { commitCases } from './commit-cases.js';
import { type CommitCrash, crashAtCommits, type Side, untilDelivered } from './commit-crash.js';
import { effectsOf, onceEach } from './effects.js';
import { type CrashedPromotion, reached } from './promotions.js';

let stack: CrashStack;
beforeAll(async () => {
  stack = await startCrashStack();
});
afterAll(() => stack.close());

/** The newest promotion of a workflow id. */
async function promotionOf(workflowId: string): Promise<CrashedPromotion> {
  const [row] = await stack.rows<Omit<CrashedPromotion, 'workflowId'> & Record<string, unknown>>(
    'select id, product, lane, bundle_digest as bundle from promotions where workflow_id = $1 order by created_at desc limit 1',
    workflowId,
  );
  if (row === undefined) throw new Error(`${workflowId} has no record`);
  return { ...row, workflowId };
}

/** What a promotion has left in rows and in Temporal. */
async function leftOf({ id, workflowId, product, lane }: CrashedPromotion) {
  const steps = await stack.rows<{ step: string }>(
    'select step from promotion_steps where promotion_id = $1 order by ended_at',
    id,
  );
  const rounds = await stack.rows('select 1 from gate_rounds where promotion_id = $1', id);
  const [held] = await stack.rows<{ holder: string | null }>(
    'select holder_promotion_id as holder from lanes where product = $1 and lane = $2',
    product,
    lane,
  );
  const others = await stack.rows<{ state: string }>(
    'select state from promotions where product = $1 and lane = $2::lane_name and id <> $3 order by created_at',
    product,
    lane,
    id,
  );
  const { status, raw } = await stack.temporal.workflow.getHandle(workflowId).describe();
  return {
    steps: steps.map(({ step }) => step),
    rounds: rounds.length,
    others: others.map(({ state }) => state),
    holder: held?.holder ?? null,
    run: status.name,
    activities: raw.pendingActivities?.length ?? 0,
  };
}

/** Waits until nothing is under way for a promotion. */
async function settled(promotion: CrashedPromotion, steps: number): Promise<void> {
  const isSettled = async () => {
    const left = await leftOf(promotion);
    return left.steps.length >= steps && left.activities === 0;
  };
  await until(isSettled, `${promotion.product} to be settled`, 60_000);
}

describe.each<Side>(['before', 'after'])('after SIGKILL of the worker just %s the commit', (side) => {
  let crash: CommitCrash;
  beforeAll(async () => {
    crash = await crashAtCommits(stack, side);
  });

  test.each(commitCases.map((each) => [each.title, each] as const))(
    'that %s, the promotion ends as it would have otherwise, and every effect exists once',
    async (_title, each) => {
      const { workflowId, written, told, answer } = crash.remains.get(each)!;
      expect({ written, told }).toEqual({ written: each.changes.map(() => (side === 'before' ? 0 : 1)), told: 0 });
      await answer;
      const promotion = await promotionOf(workflowId);
      await each.finish?.(stack, promotion);
      const { phase, effects, ...left } = each.end;
      await reached(stack, promotion, phase);
      await settled(promotion, left.steps.length);
      expect(await effectsOf(stack, promotion)).toEqual(effects);
      const run = phase === 'LIVE' ? 'RUNNING' : 'COMPLETED';
      expect(await leftOf(promotion)).toEqual({ ...left, holder: null, run, activities: 0 });
    },
  );

  test('of a delivery, its wake-up has an effect once, and nothing of the log is left to deliver', async () => {
    expect(crash.signals).toBe(side === 'before' ? 0 : 1);
    await reached(stack, crash.woken, 'LIVE');
    await settled(crash.woken, 4);
    expect(await effectsOf(stack, crash.woken)).toEqual(onceEach(['GATING → QUEUED'], 1));
    await untilDelivered(stack);
    expect(await stack.rows('select 1 from parked_deliveries')).toEqual([]);
  });
});
