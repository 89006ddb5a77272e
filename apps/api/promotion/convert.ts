import { create } from '@bufbuild/protobuf';
import type { Words } from '../../../core/policy/words-of-profile.js';
import { promotionWorkflowType } from '../../../workflows/promotion/contract.js';
import type { LaneOpening } from '#gen/governance/v1/restriction_pb.js';
import { type Promotion, PromotionSchema, PromotionPhase } from '#gen/release/v1/promotion_pb.js';
import { WorkflowRunSchema } from '#gen/workflows_runtime/v1/workflow_run_pb.js';
import type { ListedPromotion } from '../../../store/promotion/read.js';
import type { TimelineEvent } from '../../../store/event/list.js';
import { toTimelineEntry } from '../event/convert.js';
import { bounded, instant, toErrorDetail, toLane, toPromotionKind, toStanding } from '../convert.js';

/** What is told of a promotion by itself, and not in lists. */
interface Told {
  readonly timeline: readonly TimelineEvent[];
  /** In which its timeline is told. */
  readonly words: Words;
  /** Whether it may take its lane now. */
  readonly opening: LaneOpening | undefined;
}

/** A promotion for the wire. */
export function toPromotionMessage(promotion: ListedPromotion, namespace: string, told?: Told): Promotion {
  const error = toErrorDetail(promotion.error);
  const lane = toLane(promotion.lane);
  return create(PromotionSchema, {
    id: promotion.id,
    run: create(WorkflowRunSchema, {
      firstRunId: promotion.firstRunId,
      workflowId: promotion.workflowId,
      workflowType: promotionWorkflowType,
      namespace,
      bundleDigest: promotion.bundle,
      lane,
      policySnapshotDigest: promotion.policyDigest,
      ...instant('startedAt', promotion.createdAt),
      ...instant('endedAt', promotion.endedAt),
    }),
    product: promotion.product,
    lane,
    bundleDigest: promotion.bundle,
    revision: promotion.revision,
    kind: toPromotionKind(promotion.kind),
    state: PromotionPhase[promotion.state],
    standing: toStanding(promotion.standing),
    reason: bounded(promotion.reason, 4000),
    ...(error !== undefined && { error }),
    requester: promotion.requester ?? '',
    ...instant('startsAt', promotion.startsAt),
    ...instant('notAfter', promotion.notAfter),
    priority: promotion.priority,
    policyDigest: promotion.policyDigest,
    definition: promotion.definition ?? '',
    policyVersions: [...(promotion.policySources ?? [])],
    ...instant('createdAt', promotion.createdAt),
    ...instant('updatedAt', promotion.updatedAt),
    ...instant('liveAt', promotion.liveAt),
    ...instant('endedAt', promotion.endedAt),
    timeline: (told?.timeline ?? []).map((event) => toTimelineEntry(event, told?.words)),
    ...(told?.opening !== undefined && { opening: told.opening }),
  });
}
