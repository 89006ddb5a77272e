import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import { Lane } from '#gen/governance/v1/lane_pb.js';
import { RestrictionKind } from '#gen/governance/v1/restriction_pb.js';
import type { Clients } from '../../apps/cli/connection/clients.js';
import type { Engine } from './engine.js';
import { signEnrolment } from './enrolment.js';
import type { Stranger } from './second-tenant.js';
import { decision, type Names, restriction, result, retirement } from './stranger-statements.js';

/** The first message of a stream, if there is one. */
export async function first<T>(stream: AsyncIterable<T>): Promise<T | undefined> {
  for await (const message of stream) return message;
  return undefined;
}

const gold = { lane: Lane.GOLD };
const aMonth = {
  from: timestampFromDate(new Date('2026-12-01T00:00Z')),
  to: timestampFromDate(new Date('2027-01-01T00:00Z')),
};

/** Each RPC, as the stranger calls it with names. */
export function callsOf(
  engine: Pick<Engine, 'dataDir'>,
  stranger: Stranger,
  clients: Clients,
): Readonly<Record<string, (names: Names) => Promise<unknown>>> {
  return {
    'release.v1.ProductService.GetProduct': (n) => clients.products.getProduct({ name: n.product }),
    'release.v1.ProductService.ListProducts': () => clients.products.listProducts({}),
    'release.v1.ProductService.RegisterProduct': (n) =>
      clients.products.registerProduct({ name: `${n.product}-too`, repository: n.repository }),
    'release.v1.ProductService.RebindProduct': (n) =>
      clients.products.rebindProduct({ name: n.product, repository: n.repository, reason: 'mine' }),
    'release.v1.ProductService.ListRepositories': () => clients.products.listRepositories({}),
    'release.v1.ProductService.AllowRepository': (n) => clients.products.allowRepository({ pattern: n.repository }),
    'release.v1.ProductService.DisallowRepository': (n) =>
      clients.products.disallowRepository({ pattern: n.repository }),
    'release.v1.ReleaseService.StartRelease': (n) =>
      clients.releases.startRelease({ product: n.product, revision: 'a'.repeat(40) }),
    'release.v1.ReleaseService.GetRelease': (n) => clients.releases.getRelease({ releaseId: n.release }),
    'release.v1.ReleaseService.ListReleases': (n) => clients.releases.listReleases({ product: n.product }),
    'release.v1.ReleaseService.WatchRelease': (n) => first(clients.releases.watchRelease({ releaseId: n.release })),
    'release.v1.SearchService.Search': (n) => clients.search.search({ text: n.bundle }),
    'release.v1.BundleService.GetBundle': (n) => clients.bundles.getBundle({ bundle: n.bundle }),
    'release.v1.BundleService.ListBundles': (n) => clients.bundles.listBundles({ product: n.product }),
    'release.v1.BundleService.GetManifest': (n) => clients.bundles.getManifest({ bundle: n.bundle }),
    'release.v1.BundleService.GetBlob': (n) => first(clients.bundles.getBlob({ digest: n.blob })),
    'release.v1.BundleService.ListCommits': (n) => clients.bundles.listCommits({ bundle: n.bundle, ...gold }),
    'release.v1.BundleService.DiffBundles': (n) => clients.bundles.diffBundles({ base: n.bundle, other: n.bundle }),
    'release.v1.PromotionService.Promote': async (n) =>
      clients.promotions.promote({
        ...{ product: n.product, bundleDigest: n.bundle, ...gold },
        signedRequest: await decision(stranger, n, 'other', 'request'),
      }),
    'release.v1.PromotionService.Hotfix': async (n) =>
      clients.promotions.hotfix({
        ...{ product: n.product, bundleDigest: n.bundle, ...gold },
        signedRequest: await decision(stranger, n, 'other', 'hotfix'),
      }),
    'release.v1.PromotionService.Rollback': async (n) =>
      clients.promotions.rollback({
        ...{ product: n.product, lane: Lane.BRONZE, bundleDigest: n.bundle },
        signedRequest: await decision(stranger, n, 'other', 'rollback'),
      }),
    'release.v1.PromotionService.GetPromotion': (n) => clients.promotions.getPromotion({ promotionId: n.promotion }),
    'release.v1.PromotionService.ListPromotions': (n) => clients.promotions.listPromotions({ product: n.product }),
    'release.v1.PromotionService.WatchPromotion': (n) =>
      first(clients.promotions.watchPromotion({ promotionId: n.promotion })),
    'release.v1.PromotionService.Abort': async (n) =>
      clients.promotions.abort({
        promotionId: n.promotion,
        signedDecision: await decision(stranger, n, 'default', 'abort'),
      }),
    'release.v1.PromotionService.Retry': async (n) =>
      clients.promotions.retry({
        promotionId: n.promotion,
        signedDecision: await decision(stranger, n, 'default', 'retry'),
      }),
    'release.v1.PromotionService.ListLanes': (n) => clients.promotions.listLanes({ product: n.product }),
    'release.v1.PromotionService.Plan': (n) => clients.promotions.plan({ bundle: n.bundle, ...gold }),
    'governance.v1.GateService.ListGates': (n) => clients.gates.listGates({ promotionId: n.promotion, explain: true }),
    'governance.v1.GateService.GetPolicySnapshot': (n) => clients.gates.getPolicySnapshot({ digest: n.policy }),
    'governance.v1.GateService.ExplainPromotion': (n) => clients.gates.explainPromotion({ promotionId: n.promotion }),
    'governance.v1.DecisionService.GetDecisionFacts': (n) =>
      clients.decisions.getDecisionFacts({ promotionId: n.promotion }),
    'governance.v1.DecisionService.SubmitDecision': async (n) =>
      clients.decisions.submitDecision({
        promotionId: n.promotion,
        signedDecision: await decision(stranger, n, 'default', 'approve'),
      }),
    'governance.v1.DecisionService.ListPendingApprovals': () => clients.decisions.listPendingApprovals({ all: true }),
    'governance.v1.GateService.ListPolicies': (n) => clients.gates.listPolicies({ product: n.product }),
    'governance.v1.ReplayService.ReplayDecisions': (n) =>
      first(clients.replays.replayDecisions({ product: n.product })),
    'governance.v1.DecisionService.ListActions': (n) => clients.decisions.listActions({ promotionId: n.promotion }),
    'governance.v1.DecisionService.ListLaneActions': (n) =>
      clients.decisions.listLaneActions({ of: { case: 'bundle', value: n.bundle } }),
    'governance.v1.DecisionService.ListDecisions': (n) => clients.decisions.listDecisions({ promotionId: n.promotion }),
    'governance.v1.EvidenceService.AttachEvidence': async (n) =>
      clients.evidence.attachEvidence({
        ...{ bundleDigest: n.bundle, kind: 'preview-check', signedStatement: await result(stranger, n) },
      }),
    'governance.v1.EvidenceService.ListEvidence': (n) => clients.evidence.listEvidence({ bundle: n.bundle }),
    'governance.v1.EvidenceService.GetEvidence': (n) => clients.evidence.getEvidence({ attestationId: n.attestation }),
    'governance.v1.GovernanceService.SubmitPolicyAct': async (n) =>
      clients.governance.submitPolicyAct(await retirement(stranger, n.policyVersion)),
    'governance.v1.GovernanceService.ListPolicyVersions': (n) =>
      clients.governance.listPolicyVersions({ name: n.product }),
    'governance.v1.GovernanceService.GetPolicyVersion': (n) =>
      clients.governance.getPolicyVersion({ version: n.policyVersion }),
    'governance.v1.GovernanceService.RunPolicyTests': (n) =>
      clients.governance.runPolicyTests({ version: n.policyVersion }),
    'governance.v1.GovernanceService.GetPolicyInstallation': () => clients.governance.getPolicyInstallation({}),
    'governance.v1.GovernanceService.ResolveSnapshot': (n) =>
      clients.governance.resolveSnapshot({ product: n.product, ...gold }),
    'governance.v1.IdentityService.WhoAmI': () => clients.identity.whoAmI({}),
    'governance.v1.IdentityService.ListPrincipals': () => clients.identity.listPrincipals({}),
    'governance.v1.IdentityService.ListCommitKeys': () => clients.identity.listCommitKeys({}),
    'governance.v1.IdentityService.ListTokens': () => clients.identity.listTokens({}),
    'governance.v1.SessionService.CreateSignInCode': () => clients.sessions.createSignInCode({}),
    'governance.v1.SessionService.GetSignIn': (n) => clients.sessions.getSignIn({ id: n.session }),
    'governance.v1.SessionService.SignIn': (n) => clients.sessions.signIn({ code: n.code }),
    'governance.v1.SessionService.OfferKey': () =>
      clients.sessions.offerKey({ publicKeyPem: stranger.signer.publicKeyPem }),
    'governance.v1.SessionService.ListSessions': () => clients.sessions.listSessions({}),
    'governance.v1.SessionService.EndSession': (n) => clients.sessions.endSession({ id: n.session }),
    'governance.v1.EnrolmentService.SubmitEnrolment': async (n) => {
      const approve = { verb: 'approve', enrolment: n.enrolment } as const;
      const signedStatement = await signEnrolment(engine, 'mallory', approve, { tenant: 'other' }, stranger.signer);
      return clients.enrolments.submitEnrolment({ signedStatement });
    },
    'governance.v1.EnrolmentService.ListEnrolments': () => clients.enrolments.listEnrolments({}),
    'transformation.v1.TransformationService.SubmitTransformation': async (n) =>
      clients.transformations.submitTransformation({ signedStatement: await result(stranger, n) }),
    'transformation.v1.TransformationService.GetTransformation': (n) =>
      clients.transformations.getTransformation({ name: n.product }),
    'transformation.v1.TransformationService.ListTransformations': (n) =>
      clients.transformations.listTransformations({ product: n.product }),
    'transformation.v1.TransformationService.ListTransformationChanges': (n) =>
      clients.transformations.listTransformationChanges({ name: n.product }),
    'governance.v1.RestrictionService.SubmitRestriction': async (n) =>
      clients.restrictions.submitRestriction({ signedStatement: await restriction(stranger, n) }),
    'governance.v1.RestrictionService.GetRestriction': (n) =>
      clients.restrictions.getRestriction({ kind: RestrictionKind.HOLD, name: n.product }),
    'governance.v1.RestrictionService.ListRestrictions': (n) =>
      clients.restrictions.listRestrictions({ product: n.product, ended: true }),
    'governance.v1.RestrictionService.ListRestrictionChanges': (n) =>
      clients.restrictions.listRestrictionChanges({ kind: RestrictionKind.HOLD, name: n.product }),
    'governance.v1.RestrictionService.CheckLanes': (n) =>
      clients.restrictions.checkLanes({ product: n.product, ...gold }),
    'governance.v1.RestrictionService.ListCalendar': (n) =>
      clients.restrictions.listCalendar({ product: n.product, ...gold, ...aMonth }),
    'governance.v1.CalendarFeedService.CreateCalendarFeed': (n) =>
      clients.feeds.createCalendarFeed({ product: n.product, ...gold }),
    'governance.v1.CalendarFeedService.ListCalendarFeeds': () => clients.feeds.listCalendarFeeds({}),
    'governance.v1.CalendarFeedService.RevokeCalendarFeed': (n) => clients.feeds.revokeCalendarFeed({ id: n.feed }),
    'workflows_runtime.v1.RunService.ListRunHistories': (n) =>
      clients.runs.listRunHistories({ of: { case: 'promotionId', value: n.promotion } }),
    'workflows_runtime.v1.RunService.GetRunStory': (n) => clients.runs.getRunStory({ runId: n.run }),
    'workflows_runtime.v1.RunService.GetRunHistory': (n) => clients.runs.getRunHistory({ runId: n.run }),
    'audit.v1.EventService.WatchEvents': () => first(clients.events.watchEvents({})),
    'workflows_runtime.v1.DeliveryService.ListParkedDeliveries': () => clients.deliveries.listParkedDeliveries({}),
    'workflows_runtime.v1.DeliveryService.RetryParkedDeliveries': () => clients.deliveries.retryParkedDeliveries({}),
  };
}
