import { type Client, Code, ConnectError, createClient, type Interceptor } from '@connectrpc/connect';
import { createConnectTransport } from '@connectrpc/connect-node';
import { type ErrorCode, isErrorCode, LanekeeperError } from '../../../core/errors.js';
import { EventService } from '#gen/audit/v1/event_service_pb.js';
import { CalendarFeedService } from '#gen/governance/v1/calendar_feed_service_pb.js';
import { DecisionService } from '#gen/governance/v1/decision_service_pb.js';
import { ErrorDetailSchema } from '#gen/governance/v1/error_pb.js';
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

/** Clients of every service. They throw domain errors. */
export interface Clients {
  readonly products: Client<typeof ProductService>;
  readonly releases: Client<typeof ReleaseService>;
  readonly bundles: Client<typeof BundleService>;
  readonly promotions: Client<typeof PromotionService>;
  readonly gates: Client<typeof GateService>;
  readonly replays: Client<typeof ReplayService>;
  readonly governance: Client<typeof GovernanceService>;
  readonly decisions: Client<typeof DecisionService>;
  readonly evidence: Client<typeof EvidenceService>;
  readonly identity: Client<typeof IdentityService>;
  readonly sessions: Client<typeof SessionService>;
  readonly enrolments: Client<typeof EnrolmentService>;
  readonly transformations: Client<typeof TransformationService>;
  readonly restrictions: Client<typeof RestrictionService>;
  readonly feeds: Client<typeof CalendarFeedService>;
  readonly deliveries: Client<typeof DeliveryService>;
  readonly runs: Client<typeof RunService>;
  readonly search: Client<typeof SearchService>;
  readonly events: Client<typeof EventService>;
}

/** Connects to the API of a stack. Nothing is sent before the first call. */
export function createClients(apiUrl: string, token: string): Clients {
  const authorize: Interceptor = (next) => (request) => {
    request.header.set('authorization', `Bearer ${token}`);
    return next(request);
  };
  const transport = createConnectTransport({
    baseUrl: apiUrl,
    httpVersion: '1.1',
    useBinaryFormat: true,
    interceptors: [translateErrors(apiUrl), authorize],
  });
  return {
    products: createClient(ProductService, transport),
    releases: createClient(ReleaseService, transport),
    bundles: createClient(BundleService, transport),
    promotions: createClient(PromotionService, transport),
    gates: createClient(GateService, transport),
    replays: createClient(ReplayService, transport),
    governance: createClient(GovernanceService, transport),
    decisions: createClient(DecisionService, transport),
    evidence: createClient(EvidenceService, transport),
    identity: createClient(IdentityService, transport),
    sessions: createClient(SessionService, transport),
    enrolments: createClient(EnrolmentService, transport),
    transformations: createClient(TransformationService, transport),
    restrictions: createClient(RestrictionService, transport),
    feeds: createClient(CalendarFeedService, transport),
    deliveries: createClient(DeliveryService, transport),
    runs: createClient(RunService, transport),
    search: createClient(SearchService, transport),
    events: createClient(EventService, transport),
  };
}

function translateErrors(apiUrl: string): Interceptor {
  return (next) => async (request) => {
    try {
      const response = await next(request);
      return response.stream ? { ...response, message: translated(response.message, apiUrl) } : response;
    } catch (error) {
      throw toLanekeeperError(error, apiUrl);
    }
  };
}

async function* translated<T>(messages: AsyncIterable<T>, apiUrl: string): AsyncIterable<T> {
  try {
    yield* messages;
  } catch (error) {
    throw toLanekeeperError(error, apiUrl);
  }
}

/** Restores the domain error that the API sent; a failure to reach the API becomes UNAVAILABLE. */
function toLanekeeperError(error: unknown, apiUrl: string): Error {
  const connect = ConnectError.from(error);
  const [detail] = connect.findDetails(ErrorDetailSchema);
  if (detail !== undefined) {
    const { message, object, why, next } = detail;
    const code: ErrorCode = isErrorCode(detail.reason) ? detail.reason : 'INTERNAL';
    return new LanekeeperError(
      code,
      { message, ...(object !== '' && { object }), ...(why !== '' && { why }), ...(next !== '' && { next }) },
      { cause: error },
    );
  }
  if (connect.code === Code.Canceled) return connect;
  // Before a request is read there is nobody who could say more about it.
  if (connect.code === Code.ResourceExhausted)
    return new LanekeeperError(
      'LIMIT_EXCEEDED',
      { message: 'the request is larger than the API allows', object: apiUrl, why: connect.rawMessage },
      { cause: error },
    );
  const isUnavailable =
    connect.code === Code.Unavailable ||
    connect.code === Code.Aborted ||
    connect.code === Code.Unknown ||
    connect.code === Code.Internal;
  return new LanekeeperError(
    isUnavailable ? 'UNAVAILABLE' : 'INTERNAL',
    {
      message: isUnavailable
        ? 'the API of the stack does not answer'
        : 'the API sent an answer that this version of lane does not understand',
      object: apiUrl,
      why: connect.rawMessage,
      next: isUnavailable ? 'start the stack with  npm start , then run  lane doctor' : 'lane doctor',
    },
    { cause: error },
  );
}
