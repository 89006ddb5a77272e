import type { MethodEvent } from '#gen/audit/v1/event_service_pb.js';

/** What a query of the page asked for, as its key says. */
export interface Asked {
  readonly service: string;
  readonly method: string;
  /** The input, as far as it is JSON. */
  readonly input: Readonly<Record<string, unknown>>;
}

const aboutOnePromotion: readonly string[] = [
  'GetPromotion',
  'ListGates',
  'ExplainPromotion',
  'ListActions',
  'ListDecisions',
  'GetDecisionFacts',
  'ListRunHistories',
  'GetRunStory',
];

/** What says whether lanes are open, or follows from it. */
const openings: readonly string[] = [
  ...['RestrictionService', 'ListLanes', 'ListPromotions', 'ListLaneActions', 'Plan', 'ListPendingApprovals'],
  ...['GetPromotion', 'ExplainPromotion', 'ListActions'],
];

/** Whether what a query was answered may change when a lane opens or closes, be it by the clock alone. */
export function showsOpenings({ service, method }: Asked): boolean {
  return openings.some((name) => name === method || name === service);
}

/** What an event of each noun changes besides what is about one promotion. */
const affectedBy: Readonly<Record<string, readonly string[]>> = {
  product: ['ProductService', 'ListLanes'],
  repository: ['ProductService'],
  release: ['ReleaseService', 'ListBundles', 'GetBundle'],
  evidence: ['ListEvidence', 'Plan', 'ListPendingApprovals'],
  promotion: ['ListLanes', 'ListPromotions', 'ListPendingApprovals', 'Plan', 'GetBundle', 'ListCalendar'],
  decision: ['ListPendingApprovals', 'ListPromotions', 'ListLanes'],
  lane: ['ListLanes', 'ListPromotions'],
  alias: ['ListLanes'],
  session: ['SessionService'],
  'calendar-feed': ['CalendarFeedService'],
  restriction: [...openings, 'GetBundle', 'ListBundles'],
  transformation: [
    'TransformationService',
    'ListCalendar',
    'GovernanceService',
    'GetProduct',
    'ListPolicies',
    'Plan',
    'ListPendingApprovals',
  ],
  policy: ['GovernanceService', 'GetProduct', 'ListPolicies', 'Plan', 'ListPendingApprovals'],
};

/** What changes with people, keys, roles and tokens. */
const identities: readonly string[] = [
  ...['IdentityService', 'EnrolmentService', 'SessionService'],
  ...['ListActions', 'ListPendingApprovals'],
];

/**
 * Whether what a query was answered may have changed with an event. Who is asked again decides nothing, so that asking too
 * often is harmless; an event of a kind that is not known here affects everything.
 */
export function isAffected({ service, method, input }: Asked, event: MethodEvent): boolean {
  // It names no promotion, and is about all that it holds back.
  const isOfRestriction = nounOf(event) === 'restriction';
  if (!isOfRestriction && aboutOnePromotion.includes(method)) {
    const id = typeof input['promotionId'] === 'string' ? input['promotionId'] : '';
    if (event.promotionId !== '') return id === '' || event.promotionId === id || event.promotionId.startsWith(id);
    return event.type.startsWith('evidence.') || !(nounOf(event) in affectedBy);
  }
  return (affectedBy[nounOf(event)] ?? identities).some((name) => name === method || name === service);
}

function nounOf({ type }: MethodEvent): string {
  return type.slice(0, type.indexOf('.'));
}
