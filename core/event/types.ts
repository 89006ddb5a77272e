import type { DecisionVerb } from '../decision/verbs.js';
import type { Digest } from '../digest.js';
import type { Lane } from '../lanes.js';
import type { Cause } from '../promotion/acts.js';
import type { Standing } from '../promotion/standing.js';
import type { PromotionKind, PromotionPhase, Step, StepResult } from '../promotion/state.js';

/** What is said when rights are taken away. */
interface Taken {
  readonly principal: string;
  readonly reason: string;
}

/** What is said about a change of rights that was asked for. */
interface EnrolmentData {
  readonly enrolment: Digest;
  readonly change: string;
  readonly words: string;
}

/** What is said about a version of a policy, a profile, a promotion definition or the policy of policies. */
interface PolicyVersionData {
  /** `kind/name`. */
  readonly document: string;
  readonly version: number;
  readonly digest: Digest;
}

/** What is said about a change of a transformation. */
interface TransformationData {
  readonly transformation: string;
  readonly revision: number;
  readonly words: string;
}

/** What is said about a change of a window, the holds of a scope, or a recall. */
interface RestrictionData {
  /** `kind/name`. */
  readonly restriction: string;
  readonly revision: number;
  readonly words: string;
}

/**
 * The types of method events in the log, and what each says in its data. Both are public: metrics, audit and the
 * dispatcher read them. What an event is about (product, lane, bundle, promotion, release) is not data.
 */
export interface EventData {
  'product.registered': { readonly repository: string };
  'product.rebound': { readonly from: string; readonly to: string; readonly reason: string };
  'repository.allowed': { readonly pattern: string };
  'repository.disallowed': { readonly pattern: string };
  /** With the tree, where the release began with its commit read. */
  'release.started': { readonly revision: string; readonly tree?: string };
  'release.fetched': { readonly tree: string };
  'release.step-ended': { readonly step: string; readonly state: 'DONE' | 'FAILED' };
  'release.sealed': { readonly [none: string]: never };
  'release.failed': { readonly error: unknown };
  'evidence.attached': { readonly kind: string; readonly attestationId: string; readonly signer: string };
  'promotion.requested': { readonly kind: PromotionKind; readonly policyDigest: Digest };
  /** `by`: the promotion that caused it, if that is another one. */
  'promotion.transitioned': {
    readonly from: PromotionPhase;
    readonly to: PromotionPhase;
    readonly reason: string;
    readonly by?: string;
    readonly cause?: Cause;
  };
  /** How what is live stands now. */
  'promotion.standing-changed': { readonly to: Standing; readonly reason: string };
  'promotion.ending': { readonly to: PromotionPhase; readonly reason: string; readonly cause?: Cause };
  'promotion.step-failed': {
    readonly step: Step;
    readonly outcome: StepResult['outcome'];
    readonly code: string;
    readonly message: string;
  };
  'promotion.adopted': { readonly from: string; readonly to: string };
  /** Why: a person has requested it (absent in old events), or `rules`, because they are others now. */
  'promotion.repinned': {
    readonly from: Digest;
    readonly to: Digest;
    readonly why?: 'rules';
    readonly versions?: string;
  };
  /** Written before a change of phase by another promotion had a `promotion.transitioned` of its own. */
  'promotion.superseded': { readonly by: string; readonly how: string };
  'decision.recorded': { readonly verb: DecisionVerb | 'unknown' };
  'decision.refused': { readonly verb: DecisionVerb | 'unknown'; readonly code: string; readonly reason: string };
  /** Why it waits, if the lane is closed to it; else another promotion has the lane. */
  'lane.queued': { readonly why?: string };
  'lane.granted': { readonly fencingToken: number; readonly by?: string };
  /** By another promotion, or why the lane was closed to it. */
  'lane.revoked': { readonly by?: string; readonly why?: string };
  'alias.switched': { readonly generation: number; readonly fencingToken: number };
  'principal.added': { readonly principal: string; readonly kind: string };
  'address.linked': { readonly address: string; readonly principal: string };
  'address.unlinked': Taken & { readonly address: string };
  'commit-key.enrolled': { readonly fingerprint: string; readonly principal: string; readonly format: string };
  'commit-key.revoked': Taken & { readonly fingerprint: string };
  'principal-key.enrolled': { readonly keyId: Digest; readonly principal: string; readonly purpose: string };
  'principal-key.revoked': Taken & { readonly keyId: Digest };
  'roles.granted': { readonly principal: string; readonly roles: string; readonly reason: string };
  'roles.withdrawn': { readonly principal: string; readonly roles: string; readonly reason: string };
  'token.created': {
    readonly token: Digest;
    readonly principal: string;
    readonly label: string;
    readonly expiresAt: string;
  };
  'token.revoked': Taken & { readonly token: Digest };
  /** A browser was signed in. */
  'session.started': { readonly session: string; readonly principal: string };
  'session.ended': { readonly session: string; readonly principal: string };
  /** Somebody has subscribed to a calendar. */
  'calendar-feed.created': { readonly feed: string; readonly principal: string; readonly expiresAt: string };
  'calendar-feed.ended': { readonly feed: string; readonly principal: string };
  'policy.installed': { readonly installation: Digest; readonly documents: number };
  'policy.drafted': PolicyVersionData;
  'policy.submitted': PolicyVersionData;
  'policy.published': PolicyVersionData;
  'policy.retired': PolicyVersionData;
  'policy.withdrawn': PolicyVersionData;
  'transformation.changed': TransformationData;
  'transformation.retired': TransformationData;
  'restriction.put': RestrictionData;
  'restriction.retired': RestrictionData;
  'enrolment.requested': EnrolmentData;
  'enrolment.approved': EnrolmentData;
  'enrolment.rejected': EnrolmentData;
}

/** The name of one of the types. */
export type MethodEventType = keyof EventData;

interface OfProduct {
  readonly product: string;
}

interface OfRelease extends OfProduct {
  readonly releaseId: string;
}

interface OfBundle extends OfProduct {
  readonly bundleDigest: Digest;
}

interface OfPromotion extends OfBundle {
  readonly lane: Lane;
  readonly promotionId: string;
}

/**
 * The kinds of subjects, each by the field of an event that names one: what has a timeline. The product and the lane in
 * which an event happened are not subjects: nearly every event has them, and they are read with it.
 */
export const subjectKinds = { promotionId: 'promotion', bundleDigest: 'bundle', releaseId: 'release' } as const;

/** The field of an event that names a subject. */
export type SubjectField = keyof typeof subjectKinds;

/** What an event has to say that it is about. Types that are not here are about the tenant alone. */
interface EventAbout {
  'product.registered': OfProduct;
  'product.rebound': OfProduct;
  'release.started': OfRelease;
  'release.fetched': OfRelease;
  'release.step-ended': OfRelease;
  'release.sealed': OfRelease & OfBundle;
  'release.failed': OfRelease;
  'evidence.attached': OfBundle;
  'promotion.requested': OfPromotion;
  'promotion.transitioned': OfPromotion;
  'promotion.standing-changed': OfPromotion;
  'promotion.ending': OfPromotion;
  'promotion.step-failed': OfPromotion;
  'promotion.adopted': OfPromotion;
  'promotion.repinned': OfPromotion;
  'promotion.superseded': OfPromotion;
  'decision.recorded': OfPromotion;
  'decision.refused': OfPromotion;
  'lane.queued': OfPromotion;
  'lane.granted': OfPromotion;
  'lane.revoked': OfPromotion;
  'alias.switched': OfPromotion;
}

/** An append-only fact. It is written in the transaction of the change that it describes. */
export type MethodEvent = {
  [Type in MethodEventType]: (Type extends keyof EventAbout ? EventAbout[Type] : unknown) & {
    readonly type: Type;
    /** Who did it, if a person did. */
    readonly actor?: string | undefined;
    readonly data: EventData[Type];
  };
}[MethodEventType];

type All = OfPromotion & OfRelease;

/** Where an event happened and what it is about, as far as it says so. */
export type EventSubjects = { readonly [Field in keyof All]?: All[Field] | undefined };
