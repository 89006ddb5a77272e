import { create } from '@bufbuild/protobuf';
import type { ServiceImpl } from '@connectrpc/connect';
import { Lane } from '#gen/governance/v1/lane_pb.js';
import {
  type DeliveryService,
  ParkedDeliverySchema,
  type ParkedDelivery as ParkedDeliveryMessage,
} from '#gen/workflows_runtime/v1/delivery_service_pb.js';
import { listParkedDeliveries, type ParkedDelivery } from '../../../store/delivery/list.js';
import { requestRetries } from '../../../store/delivery/write.js';
import { bounded, instant, toLane } from '../convert.js';
import type { ApiDeps } from '../deps.js';
import { requireCaller } from '../identity/caller.js';

/** Wake-ups of runs that the dispatcher has parked. */
export function createDeliveryService({ database }: ApiDeps): ServiceImpl<typeof DeliveryService> {
  return {
    async listParkedDeliveries(request, context) {
      const { tenant } = requireCaller(context);
      const limit = request.pageSize === 0 ? 50 : request.pageSize;
      const { deliveries, total } = await database.transaction(tenant, (tx) => listParkedDeliveries(tx, limit));
      return { deliveries: deliveries.map(toMessage), total };
    },
    async retryParkedDeliveries(_request, context) {
      const { tenant } = requireCaller(context);
      return { requested: await database.transaction(tenant, requestRetries) };
    },
  };
}

function toMessage(parked: ParkedDelivery): ParkedDeliveryMessage {
  return create(ParkedDeliverySchema, {
    eventId: BigInt(parked.eventId),
    eventType: parked.eventType,
    workflowId: parked.target,
    product: bounded(parked.product, 63),
    lane: parked.lane === null ? Lane.UNSPECIFIED : toLane(parked.lane),
    promotionId: bounded(parked.promotionId, 64),
    reason: bounded(parked.reason, 4000),
    attempts: parked.attempts,
    ...instant('parkedAt', parked.parkedAt),
    ...instant('retryRequestedAt', parked.retryRequestedAt),
  });
}
