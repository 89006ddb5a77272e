import type { Digest } from '../digest.js';
import type { PrincipalKind } from '../identity/principal-kind.js';
import type { Lane } from '../lanes.js';
import type { PromotionKind } from '../promotion/state.js';
import type { Artifact } from '../release/artifact.js';
import type { CommitFacts } from './authorship.js';
import type { Read } from './cel/explain.js';
import type { MethodArtifactKind } from './demands.js';
import type { Ref } from './ref.js';
import type { TermName } from './terms/names.js';
import type { Judged, RawVerdict } from './verdict.js';

/** Who made a signature, as enrolled. */
export interface SignerFact {
  readonly keyId: Digest;
  readonly principal: string;
  readonly purpose: 'person' | 'build' | 'verification';
  readonly roles: readonly string[];
}

/** One attestation, read again and verified for this round. */
export interface EvidenceFact {
  readonly id: string;
  readonly kind: string;
  /** Digests it is about. */
  readonly subjects: readonly Digest[];
  readonly checksum: Digest;
  /** RFC 3339: when we registered it. */
  readonly registeredAt: string;
  /** RFC 3339: when the tests ran, as their result claims. It can only make evidence older, never younger. */
  readonly testedAt?: string;
  /** Undefined where the signature did not verify. */
  readonly signer?: SignerFact;
  /** Why it cannot be relied on: a blob that changed, a signature that does not verify. */
  readonly problem?: string;
  /** What rules may read: `result`, `passed`, `failed`, `skipped`, `url`, `testedAt`; of a record, what it says. */
  readonly attributes: Readonly<Record<string, string | number | boolean>>;
  /** Of a checklist, the answers by question. */
  readonly answers?: Readonly<Record<string, unknown>>;
}

/** From when a bundle was live in a lane until when; without an end it is live there now. RFC 3339. */
export interface LiveInterval {
  readonly from: string;
  readonly to?: string;
}

/** What an evaluation sees of a lane, for the bundle that it is about. */
export interface LaneFact {
  readonly live: boolean;
  readonly wasLive: boolean;
  readonly url?: string;
  /** When it was live there since it was last rolled back, the oldest first; absent where no gate asks. */
  readonly intervals?: readonly LiveInterval[];
}

/** An artifact of the method, as a transformation lists it. */
export interface MethodArtifactFact {
  readonly kind: MethodArtifactKind;
  readonly key: string;
  readonly title: string;
  readonly state: 'DRAFT' | 'IN_REVIEW' | 'ACCEPTED' | 'REJECTED';
  readonly timebox: string;
  readonly phase: string;
}

/** What an evaluation sees of the transformation to which the product belongs. */
export interface TransformationFact {
  readonly known: true;
  readonly id: string;
  readonly name: string;
  readonly profile: string;
  readonly stage: string;
  readonly cadence: string;
  /** By key; `due` is a date or empty. */
  readonly milestones: Readonly<
    Record<string, { readonly ready: boolean; readonly readiness: string; readonly due: string }>
  >;
  readonly elements: readonly MethodArtifactFact[];
}

/** An accepted, verified decision of a person. */
export interface ApprovalFact {
  readonly principal: string;
  readonly principalKind: PrincipalKind;
  readonly roles: readonly string[];
  readonly verb: 'approve' | 'request-changes';
  readonly policyDigest: Digest;
  readonly bundleDigest: Digest;
  readonly attestationId: string;
  readonly comment: string;
  readonly registeredAt: string;
}

/** Lets one gate be open without holding its promotion. */
export interface Waiver {
  readonly gate: string;
  /** RFC 3339: from then on it no longer counts. */
  readonly until: string;
  /** In whose words, and why. */
  readonly explanation: string;
}

/** Everything that an evaluation sees. Together with a snapshot and an instant it determines every verdict. */
export interface PolicyFacts {
  readonly tenant: string;
  readonly product: string;
  readonly lane: Lane;
  readonly kind: PromotionKind;
  readonly promotionId: string;
  readonly policyDigest: Digest;
  readonly bundle: {
    readonly digest: Digest;
    readonly revision: string;
    readonly author: { readonly name: string; readonly email: string };
    readonly commits: CommitFacts;
    /** Where its commit comes from, and the tree of that; empty for bundles from before it was recorded. */
    readonly repository: string;
    readonly tree: string;
    /** What it delivers. */
    readonly artifacts: readonly Pick<Artifact, 'kind' | 'name' | 'digest'>[];
    /** What the manifest says about methodology and plan, for rules. */
    readonly methodology: unknown;
    readonly plan: unknown;
  };
  readonly evidence: readonly EvidenceFact[];
  /** How much older evidence was not read, by kind. */
  readonly leftOut?: Readonly<Record<string, number>>;
  /** Known only through a signed request. */
  readonly requester?: { readonly principal: string; readonly roles: readonly string[] };
  readonly approvals: readonly ApprovalFact[];
  /** What lets gates be open without holding this promotion. */
  readonly waivers: readonly Waiver[];
  /** For each lane, whether this bundle is live there now, or has been. */
  readonly lanes: Readonly<Record<Lane, LaneFact>>;
  /** Whether something is live in lanes of other products that gates name, by product. */
  readonly products?: Readonly<Record<string, Readonly<Partial<Record<Lane, { readonly live: boolean }>>>>>;
  /** Of lanes that gates compare with: the bundle that is live there, and its metrics. */
  readonly baselines?: Readonly<
    Partial<Record<Lane, { readonly bundle: Digest; readonly evidence: readonly EvidenceFact[] }>>
  >;
  /** Absent where the product belongs to none. */
  readonly transformation?: TransformationFact;
}

/** What one part of a gate says: a gate passes when each of its parts does. */
export interface Clause {
  readonly term: TermName;
  readonly verdict: RawVerdict;
  readonly explanation: string;
  /** What its rule has read, if that was asked for. It is not stored. */
  readonly reads?: readonly Read[];
}

/** One gate's outcome, with everything needed to explain it. */
export interface GateResult extends Judged {
  readonly gate: string;
  /** Of a WAIVED gate, the verdict that it has by itself. */
  readonly rawVerdict?: RawVerdict;
  readonly explanation: string;
  readonly next?: string;
  /** What the verdict rests on. */
  readonly reliedOn: readonly Ref[];
  /** What each of its parts says. */
  readonly clauses: readonly Clause[];
  /** RFC 3339: when this verdict can change merely because time passes. */
  readonly recheckAt?: string;
}
