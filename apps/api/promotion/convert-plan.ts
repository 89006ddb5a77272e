import { type MessageInitShape } from '@bufbuild/protobuf';
import { type PlanInQueueSchema, PlanStepKind, type PlanStepSchema } from '#gen/release/v1/plan_pb.js';
import { PromotionPhase } from '#gen/release/v1/promotion_pb.js';
import type { PlanStep, Timeline } from '../../../core/plan/timeline.js';
import type { StoredPromotion } from '../../../store/promotion/read.js';
import { bounded, instant, toPromotionKind } from '../convert.js';

/** How many people are named. */
const maxPeople = 50;

/** A step of a plan. */
export function toPlanStep({ kind, at, about, words, next, who }: PlanStep): MessageInitShape<typeof PlanStepSchema> {
  return {
    ...{ kind: PlanStepKind[kind], about: bounded(about, 128), ...instant('at', at) },
    ...{ words: bounded(words, 4000), nextStep: bounded(next, 2000) },
    people: (who ?? []).slice(0, maxPeople).map(({ name, roles }) => ({ name, roles: roles.slice(0, 100) })),
    nobody: who?.length === 0,
    morePeople: Math.max(0, (who?.length ?? 0) - maxPeople),
  };
}

/** A promotion of the queue. */
export function toInQueue(
  { id, kind, phase, priority, holds, ahead }: Timeline['queue'][number],
  promotion: StoredPromotion | undefined,
): MessageInitShape<typeof PlanInQueueSchema> {
  return {
    ...{ promotionId: id, bundleDigest: promotion?.bundle ?? '', requester: promotion?.requester ?? '' },
    ...{ kind: toPromotionKind(kind), state: PromotionPhase[phase], priority, holds, ahead },
  };
}
