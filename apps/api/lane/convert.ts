import { create } from '@bufbuild/protobuf';
import { type LaneStatus, LaneStatusSchema, ServingState } from '#gen/release/v1/lane_status_pb.js';
import type { OpeningsOfBoard } from '../../../core/restriction/board.js';
import type { LaneView } from '../../../store/lane/read.js';
import { PromotionPhase } from '#gen/release/v1/promotion_pb.js';
import { bounded, instant, toLane, toPromotionKind, toStanding } from '../convert.js';
import { toLaneOpening } from '../restriction/convert.js';

/** The status of a lane for the wire. Lanes listen on loopback, each service on its own port. */
export function toLaneStatus(view: LaneView, openings: OpeningsOfBoard): LaneStatus {
  const endpoints = view.endpoints.map(({ service, port }) => ({ service, url: `http://127.0.0.1:${String(port)}` }));
  return create(LaneStatusSchema, {
    product: view.product,
    lane: toLane(view.lane),
    liveBundleDigest: view.live?.bundle ?? '',
    liveRevision: view.live?.revision ?? '',
    livePromotionId: view.live?.promotionId ?? '',
    ...instant('liveAt', view.live?.at),
    liveStanding: toStanding(view.live?.standing ?? null),
    liveRequester: view.live?.requester ?? '',
    previousBundleDigest: view.previous ?? '',
    holderPromotionId: view.holder ?? '',
    queuedPromotionIds: [...view.queued],
    // Each is of a bundle of its own; nobody looks at more than a hundred of them at once.
    open: view.open.slice(0, 100).map((open) => ({
      promotionId: open.id,
      bundleDigest: open.bundle,
      revision: open.revision,
      kind: toPromotionKind(open.kind),
      state: PromotionPhase[open.state],
      reason: bounded(open.reason, 4000),
      requester: open.requester ?? '',
      ...instant('updatedAt', open.updatedAt),
    })),
    fencingToken: BigInt(view.fencingToken),
    serving: view.serving === undefined ? ServingState.UNSPECIFIED : ServingState[view.serving.status],
    servingDetail: bounded(view.serving?.detail, 4000),
    servedBundleDigest: view.serving?.bundle ?? '',
    url: endpoints[0]?.url ?? '',
    endpoints,
    opening: toLaneOpening(openings.of(view)),
    // Of what stands well there is nothing to say.
    liveReason: view.live?.standing === 'AT_RISK' ? bounded(view.live.reason, 4000) : '',
  });
}
