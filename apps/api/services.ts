import type { DescService } from '@bufbuild/protobuf';
import type { ConnectRouter } from '@connectrpc/connect';
import { EventService } from '#gen/audit/v1/event_service_pb.js';
import { CalendarFeedService } from '#gen/governance/v1/calendar_feed_service_pb.js';
import { DecisionService } from '#gen/governance/v1/decision_service_pb.js';
import { EnrolmentService } from '#gen/governance/v1/enrolment_service_pb.js';
import { EvidenceService } from '#gen/governance/v1/evidence_service_pb.js';
import { GovernanceService } from '#gen/governance/v1/governance_service_pb.js';
import { GateService } from '#gen/governance/v1/gate_service_pb.js';
import { IdentityService } from '#gen/governance/v1/identity_service_pb.js';
import { ReplayService } from '#gen/governance/v1/replay_service_pb.js';
import { RestrictionService } from '#gen/governance/v1/restriction_service_pb.js';
import { SessionService } from '#gen/governance/v1/session_service_pb.js';
import { BundleService } from '#gen/release/v1/bundle_service_pb.js';
import { ProductService } from '#gen/release/v1/product_service_pb.js';
import { PromotionService } from '#gen/release/v1/promotion_service_pb.js';
import { ReleaseService } from '#gen/release/v1/release_service_pb.js';
import { SearchService } from '#gen/release/v1/search_service_pb.js';
import { TransformationService } from '#gen/transformation/v1/transformation_service_pb.js';
import { DeliveryService } from '#gen/workflows_runtime/v1/delivery_service_pb.js';
import { RunService } from '#gen/workflows_runtime/v1/run_service_pb.js';
import type { ApiDeps } from './deps.js';
import { createBundleService } from './bundle/service.js';
import { createCalendarFeedService } from './calendar/service.js';
import { createDecisionService } from './decision/service.js';
import { createDeliveryService } from './delivery/service.js';
import { createEnrolmentService } from './enrolment/service.js';
import { createEventService } from './event/service.js';
import { createEvidenceService } from './evidence/service.js';
import { createGovernanceService } from './governance/service.js';
import { createGateService } from './policy/service.js';
import { createIdentityService } from './identity/service.js';
import { createProductService } from './product/service.js';
import { createPromotionService } from './promotion/service.js';
import { createReleaseService } from './release/service.js';
import { createReplayService } from './replay/service.js';
import { createRestrictionService } from './restriction/service.js';
import { createRunService } from './run/service.js';
import { createSearchService } from './search/service.js';
import { createSessionService } from './session/service.js';
import { createTransformationService } from './transformation/service.js';

/** Every service that the API serves. */
export const services: readonly DescService[] = [
  ProductService,
  ReleaseService,
  SearchService,
  BundleService,
  PromotionService,
  GateService,
  ReplayService,
  GovernanceService,
  DecisionService,
  EvidenceService,
  IdentityService,
  SessionService,
  EnrolmentService,
  TransformationService,
  RestrictionService,
  CalendarFeedService,
  DeliveryService,
  RunService,
  EventService,
];

/** Routes every service to its implementation. */
export function routeServices(router: ConnectRouter, deps: ApiDeps): void {
  router
    .service(ProductService, createProductService(deps))
    .service(ReleaseService, createReleaseService(deps))
    .service(SearchService, createSearchService(deps))
    .service(BundleService, createBundleService(deps))
    .service(PromotionService, createPromotionService(deps))
    .service(GateService, createGateService(deps))
    .service(ReplayService, createReplayService(deps))
    .service(GovernanceService, createGovernanceService(deps))
    .service(DecisionService, createDecisionService(deps))
    .service(EvidenceService, createEvidenceService(deps))
    .service(IdentityService, createIdentityService(deps))
    .service(SessionService, createSessionService(deps))
    .service(EnrolmentService, createEnrolmentService(deps))
    .service(TransformationService, createTransformationService(deps))
    .service(RestrictionService, createRestrictionService(deps))
    .service(CalendarFeedService, createCalendarFeedService(deps))
    .service(DeliveryService, createDeliveryService(deps))
    .service(RunService, createRunService(deps))
    .service(EventService, createEventService(deps));
}
