import type { CrashStack } from '../support/crash-stack.js';
import { attachPreviewCheck } from '../support/sealed-bundle.js';
import { until } from '../support/until.js';
import { type CommitCase, commitCases, type Waiting } from './commit-cases.js';
import { type Prepared, workflowIdOf } from './prepared.js';
import { type CrashedPromotion, inSilver, reached } from './promotions.js';

/** On which side of a commit the worker dies. */
export type Side = 'before' | 'after';

/** What the dead worker has left of a commit. */
export interface Remains {
  readonly workflowId: string;
  /** How many more of each of its changes are in the database than before. */
  readonly written: readonly number[];
  /** How many results Temporal has got from what waited for the commit. */
  readonly told: number;
  /** What becomes of the act that led to the commit, for whoever made it. */
  readonly answer: Promise<unknown>;
}

/** What was under way when the worker was killed. */
export interface CommitCrash {
  readonly remains: ReadonlyMap<CommitCase, Remains>;
  /** The promotion whose wake-up was on its way. */
  readonly woken: CrashedPromotion;
  /** How often its run had been signalled. */
  readonly signals: number;
}

/**
 * In this order, because what waits for a commit is given up after a while: a local activity after two seconds, moving a
 * lane after five without a heartbeat, and the others after thirty.
 */
const order: readonly (readonly Waiting[])[] = [['attestPromotion'], ['moveLane'], ['advance']];

/** Brings a promotion to each of the commits and the dispatcher to a delivery, and kills the worker on one side of all. */
export async function crashAtCommits(stack: CrashStack, side: Side): Promise<CommitCrash> {
  const [woken, ...prepared] = await Promise.all([
    inSilver(stack, `${side}-woken`),
    ...commitCases.map(async (one) => [one, await one.prepare(stack, `${side}-${one.product}`)] as const),
  ]);
  try {
    await holdDelivery(stack, side, woken);
    const made: (readonly [CommitCase, () => Promise<Remains>])[] = [];
    for (const waiting of order) {
      const group = prepared.filter(([one]) => waiting.includes(one.waiting));
      made.push(...(await Promise.all(group.map(([one, each]) => act(stack, side, one, each)))));
    }
    const killed = stack.stack.pidOf('worker');
    await stack.kill('worker');
    const remains = new Map<CommitCase, Remains>();
    for (const [one, left] of made) remains.set(one, await left());
    const signals = await signalsOf(stack, woken);
    stack.resume();
    await stack.back('worker', killed);
    return { remains, woken, signals };
  } finally {
    stack.resume();
  }
}

/** Holds the dispatcher before or after it has signalled the run of a promotion. */
async function holdDelivery(stack: CrashStack, side: Side, woken: CrashedPromotion): Promise<void> {
  await untilDelivered(stack);
  const point = side === 'before' ? 'dispatch.found' : 'dispatch.delivered';
  stack.pauseAt(point);
  await attachPreviewCheck(stack.tools, woken.bundle, { product: woken.product });
  await stack.pausedAt(point);
  if (side === 'after') await reached(stack, woken, 'LIVE');
}

async function signalsOf(stack: CrashStack, { workflowId }: CrashedPromotion): Promise<number> {
  const { events } = await stack.temporal.workflow.getHandle(workflowId).fetchHistory();
  return (events ?? []).filter((event) => event.workflowExecutionSignaledEventAttributes).length;
}

/** Waits until the dispatcher has delivered everything. */
export async function untilDelivered(stack: CrashStack): Promise<void> {
  const isDelivered = async () =>
    (
      await stack.rows(
        `select 1 from method_events e where not exists
          (select 1 from dispatch_cursors c where (c.transaction_id, c.event_id) >= (e.transaction_id, e.id))`,
      )
    ).length === 0;
  await until(isDelivered, 'the dispatcher to have delivered everything');
}

/** Acts, and waits until the promotion is held at its commit. */
async function act(
  stack: CrashStack,
  side: Side,
  one: CommitCase,
  prepared: Prepared,
): Promise<readonly [CommitCase, () => Promise<Remains>]> {
  const product = `${side}-${one.product}`;
  const workflowId = workflowIdOf(product, prepared);
  const count = () => Promise.all(one.changes.map((change) => changesOf(stack, product, change)));
  const before = await count();
  const since = Date.now();
  const point = `${side}-commit.${product}.${one.changes[0]}`;
  stack.pauseAt(point);
  const answer = prepared.act();
  answer.catch(() => undefined);
  await stack.pausedAt(point);
  const left = async (): Promise<Remains> => ({
    workflowId,
    answer,
    written: (await count()).map((now, index) => now - (before[index] ?? 0)),
    told: await resultsSince(stack, since, workflowId, one.waiting),
  });
  return [one, left];
}

/** How many changes of a kind are committed for a product. */
async function changesOf(stack: CrashStack, product: string, change: string): Promise<number> {
  const rows = await stack.rows(
    `select 1 from method_events where product = $1 and concat_ws('.', type, data->>'to') = $2
      union all
     select 1 from promotion_steps s join promotions p on p.id = s.promotion_id
      where p.product = $1 and 'step.' || s.step = $2`,
    product,
    change,
  );
  return rows.length;
}

/** How many results of what waits for the commit have been added to the history of a run. */
async function resultsSince(stack: CrashStack, since: number, workflowId: string, waiting: Waiting): Promise<number> {
  const { events } = await stack.temporal.workflow.getHandle(workflowId).fetchHistory();
  const recent = (events ?? []).filter(
    ({ eventTime: at }) => Number(at?.seconds) * 1_000 + Number(at?.nanos) / 1_000_000 >= since,
  );
  if (waiting === 'advance') return recent.filter((event) => event.markerRecordedEventAttributes).length;
  const scheduled = recent.findLast(
    (event) => event.activityTaskScheduledEventAttributes?.activityType?.name === waiting,
  );
  return recent.filter(
    ({ activityTaskCompletedEventAttributes: completed }) =>
      completed && String(completed.scheduledEventId) === String(scheduled?.eventId),
  ).length;
}
