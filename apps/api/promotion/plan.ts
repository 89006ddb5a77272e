import { create } from '@bufbuild/protobuf';
import { timestampDate, timestampFromDate } from '@bufbuild/protobuf/wkt';
import { whenPrepared } from '../../../activities/policy/preparation.js';
import { readPlan, type Planned, type ReadPlan } from '../../../activities/policy/read-plan.js';
import { planStale, refuseOther } from '../../../activities/policy/refuse-plan.js';
import { LanekeeperError } from '../../../core/errors.js';
import { shortId } from '../../../core/ids.js';
import { timelineOf } from '../../../core/plan/timeline.js';
import { startCommand } from '../../../core/promotion/next-commands.js';
import { type Priority, problemOfSchedule, type Schedule } from '../../../core/promotion/schedule.js';
import type { PlanSchedule } from '#gen/release/v1/plan_pb.js';
import { type PlanRequest, type PlanResponse, PlanResponseSchema } from '#gen/release/v1/promotion_service_pb.js';
import { requireBundle } from '../../../store/bundle/read.js';
import type { Transaction } from '../../../store/database.js';
import { keepPlan } from '../../../store/plan/write.js';
import { resolveBundle, resolvePlan } from '../../../store/resolve-id.js';
import type { Caller } from '../identity/caller.js';
import { toCheckRuns, toLaneSteps, toNotices } from '../policy/convert.js';
import { bounded, instant, requireLane, toLane } from '../convert.js';
import type { ApiDeps } from '../deps.js';
import { changesBetween } from '../bundle/service.js';
import { toLaneOpening } from '../restriction/convert.js';
import { toInQueue, toPlanStep } from './convert-plan.js';

/** How many of them are told. */
const maxSteps = 500;

/**
 * Tells what happens to a bundle on its way into a lane if the caller requests its promotion now, and when. Nothing is
 * started. What the plan has read is kept, so that it can be said later what has changed.
 *
 * @throws PLAN_STALE where an earlier plan is named that does not hold any more
 */
export async function planPromotion(
  deps: Pick<ApiDeps, 'database' | 'blobs' | 'rules' | 'cache' | 'now'>,
  { tenant, principal }: Caller,
  request: Pick<PlanRequest, 'bundle' | 'lane' | 'explain'> &
    Partial<Pick<PlanRequest, 'schedule' | 'plan' | 'hotfix'>>,
): Promise<PlanResponse> {
  const lane = requireLane(request.lane);
  const now = deps.now();
  const schedule = scheduleFrom(request.schedule, now);
  if (request.hotfix === true && (schedule.notBefore ?? schedule.notAfter ?? schedule.priority) !== undefined)
    throw new LanekeeperError('INVALID_INPUT', {
      message: 'a hotfix has no schedule',
      next: 'plan it without one, or plan a promotion',
    });
  return whenPrepared(deps, tenant, (known) =>
    deps.database.transaction(tenant, async (tx) => {
      const bundle = await requireBundle(tx, await resolveBundle(tx, request.bundle));
      const { product, digest } = bundle;
      const planned: Planned = {
        product,
        lane,
        bundle: digest,
        kind: request.hotfix === true ? 'HOTFIX' : 'PROMOTION',
        requester: principal.name,
        schedule,
      };
      const plan = await readPlan(tx, known, planned, { now, explain: request.explain });
      await requireSame(tx, request.plan ?? '', plan, planned);
      await keepPlan(tx, plan.digest, plan.text);
      const before = plan.live === undefined ? undefined : await requireBundle(tx, plan.live);
      const changes = before === undefined ? [] : changesBetween(before.manifest, bundle.manifest);
      return create(PlanResponseSchema, {
        ...{ bundleDigest: digest, product, lane: toLane(lane), changes, ...toPlan(plan, planned, now) },
      });
    }),
  );
}

/** @throws PLAN_STALE */
async function requireSame(tx: Transaction, given: string, plan: ReadPlan, planned: Planned): Promise<void> {
  if (given === '') return;
  const wanted = await resolvePlan(tx, given);
  const refusal = await refuseOther(tx, wanted, plan);
  if (refusal !== undefined) throw planStale(refusal, wanted, planned);
}

function toPlan(plan: ReadPlan, planned: Planned, now: Date) {
  const { evaluation, newest, scene, underWay, live } = plan;
  const { steps, earliest, whyUnknown, notBefore, queue } = timelineOf(scene, now);
  const bundles = new Map(plan.queue.map(({ promotion }) => [promotion.id, promotion]));
  return {
    policyDigest: plan.content.policy,
    gates: toCheckRuns({ number: 0, evaluatedAt: now, gates: evaluation.results }),
    notices: toNotices(evaluation.notices),
    ...{ liveBundleDigest: live ?? '', definition: newest.definition, steps: toLaneSteps(scene.snapshot) },
    ...{ digest: plan.digest, plannedAt: timestampFromDate(now) },
    ...{ ...instant('earliest', earliest), ...instant('notBefore', notBefore), whyUnknown: bounded(whyUnknown, 4000) },
    timeline: steps.slice(0, maxSteps).map(toPlanStep),
    opening: toLaneOpening(scene.laneAt(now)),
    queue: queue.map((one) => toInQueue(one, bundles.get(one.id))),
    underWay: underWay?.id ?? '',
    nextStep: bounded(nextStepOf(plan, planned), 2000),
  };
}

function nextStepOf({ digest, underWay, scene, content }: ReadPlan, { product, bundle, lane, kind }: Planned): string {
  if (underWay !== undefined) return `lane why ${shortId(underWay.id)}`;
  if (scene.settled !== undefined) return `lane status ${product}`;
  if (kind === 'HOTFIX') return startCommand({ kind, bundle, lane });
  const { notBefore, notAfter, priority } = content.schedule;
  return [
    `${startCommand({ kind: 'PROMOTION', bundle, lane })} --plan ${shortId(digest)}`,
    ...(notBefore === undefined ? [] : [`--at ${notBefore}`]),
    ...(notAfter === undefined ? [] : [`--not-after ${notAfter}`]),
    ...(priority === 'normal' ? [] : [`--priority ${priority}`]),
  ].join(' ');
}

/** @throws INVALID_INPUT */
function scheduleFrom(given: PlanSchedule | undefined, now: Date): Schedule {
  if (given === undefined) return {};
  const { notBefore, notAfter, priority } = given;
  const schedule: Schedule = {
    ...(notBefore !== undefined && { notBefore: timestampDate(notBefore).toISOString() }),
    ...(notAfter !== undefined && { notAfter: timestampDate(notAfter).toISOString() }),
    ...(priority !== '' && { priority: priority as Priority }), // the rules of the contract admit nothing else
  };
  const problem = problemOfSchedule(schedule, now.toISOString());
  if (problem === undefined) return schedule;
  throw new LanekeeperError('INVALID_INPUT', { message: problem, next: 'say both later than now, and in their order' });
}
