import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import type { Lane } from '#gen/governance/v1/lane_pb.js';
import type { PlanResponse } from '#gen/release/v1/promotion_service_pb.js';
import { type Digest, parseDigest } from '../../../core/digest.js';
import type { Schedule } from '../../../core/promotion/schedule.js';
import type { Context } from '../program/context.js';
import { usageError } from '../errors/report-error.js';

/** Asks what happens to a bundle on its way into a lane. @param plan an earlier plan that has to hold still */
export async function askPlan(
  context: Context,
  about: { readonly bundle: string; readonly lane: Lane; readonly hotfix?: boolean },
  { notBefore, notAfter, priority }: Schedule,
  plan = '',
): Promise<PlanResponse> {
  const { promotions } = await context.api();
  return promotions.plan({
    ...{ ...about, plan },
    schedule: {
      priority: priority ?? '',
      ...(notBefore !== undefined && { notBefore: timestampFromDate(new Date(notBefore)) }),
      ...(notAfter !== undefined && { notAfter: timestampFromDate(new Date(notAfter)) }),
    },
  });
}

/** The full digest of the plan that somebody has typed, which holds still. @throws INVALID_INPUT, PLAN_STALE */
export async function requirePlan(
  context: Context,
  about: { readonly bundle: string; readonly lane: Lane },
  schedule: Schedule,
  given: string,
): Promise<Digest> {
  if (!/^(sha256:)?[0-9a-f]{4,64}$/.test(given))
    throw usageError(`--plan ${given} is not the digest of a plan`, 'lane plan prints it; a unique prefix will do');
  return parseDigest((await askPlan(context, about, schedule, given)).digest);
}
