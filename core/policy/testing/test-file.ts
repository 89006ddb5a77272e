import type { PrincipalKind } from '../../identity/principal-kind.js';
import type { Lane } from '../../lanes.js';
import type { PromotionKind } from '../../promotion/state.js';
import type { MethodArtifactFact, TransformationFact } from '../facts.js';
import type { DurationText } from '../layers/gate-file.js';
import type { RoundOutcome, Severity, Verdict } from '../verdict.js';

/** Evidence as tests write it, in the place of one attestation for each of its kinds about each of its subjects. */
export interface GivenEvidence {
  readonly kind: string | readonly string[];
  readonly about?: string | readonly string[];
  /** The build if absent; nobody who is enrolled if null. */
  readonly signer?: {
    readonly purpose?: 'build' | 'verification' | 'person';
    readonly roles?: readonly string[];
    readonly name?: string;
  } | null;
  readonly registeredAt?: string;
  readonly age?: DurationText;
  readonly testedAt?: string;
  readonly problem?: string;
  readonly values?: Readonly<Record<string, string | number | boolean>>;
  readonly checklist?: string;
  readonly answers?: Readonly<Record<string, unknown>>;
}

/** What a lane is to the bundle, as tests write it. */
export interface GivenLane {
  readonly live?: boolean;
  readonly wasLive?: boolean;
  readonly liveFor?: DurationText;
  readonly url?: string;
  readonly baseline?: readonly GivenEvidence[];
}

/** What is known of a promotion, as tests write it: everything that is not named has a value that says little. */
export interface Given {
  readonly bundle?: {
    readonly artifacts?: readonly { readonly kind: 'image' | 'sdk' | 'chart'; readonly name: string }[];
    readonly repository?: string;
    readonly methodology?: unknown;
    readonly plan?: unknown;
  };
  readonly commits?: {
    readonly authors?: readonly string[];
    readonly agents?: readonly string[];
    readonly unknown?: readonly string[];
    readonly signed?: boolean;
    readonly problem?: string;
  };
  readonly evidence?: readonly GivenEvidence[];
  readonly approvals?: readonly {
    readonly by: string;
    readonly roles: readonly string[];
    readonly verb?: 'approve' | 'request-changes';
    readonly kind?: PrincipalKind;
    readonly age?: DurationText;
    readonly comment?: string;
  }[];
  readonly requester?: { readonly name: string; readonly roles?: readonly string[] } | null;
  readonly waivers?: readonly { readonly gate: string; readonly until: string; readonly reason?: string }[];
  readonly lanes?: Readonly<Partial<Record<Lane, GivenLane>>>;
  readonly products?: Readonly<Record<string, readonly Lane[]>>;
  /** None if absent or null. */
  readonly transformation?: GivenTransformation | null;
}

/** A transformation as tests write it. */
export type GivenTransformation = Partial<Pick<TransformationFact, 'name' | 'profile' | 'stage' | 'cadence'>> & {
  readonly milestones?: Readonly<Record<string, Partial<TransformationFact['milestones'][string]>>>;
  readonly artifacts?: readonly (Pick<MethodArtifactFact, 'kind' | 'key' | 'state'> & Partial<MethodArtifactFact>)[];
};

/** What a case expects of a gate. */
export interface ExpectedGate {
  readonly verdict: Verdict;
  /** A part of it. */
  readonly explanation?: string;
  readonly severity?: Severity;
}

/** One case of a test. */
export interface TestCase {
  readonly name: string;
  readonly lane: Lane;
  readonly kind: PromotionKind;
  readonly product: string;
  readonly now: Date;
  readonly given: Given;
  readonly expect: {
    readonly outcome?: RoundOutcome;
    readonly gates: Readonly<Record<string, ExpectedGate>>;
  };
}

/** A test file, before what is absent is filled in. */
export interface TestFile {
  readonly metadata: { readonly name: string };
  readonly spec: {
    readonly policy?: string;
    readonly profile?: string;
    readonly now?: string;
    readonly given?: Given;
    readonly cases: readonly (Pick<TestCase, 'name' | 'lane'> & {
      readonly kind?: PromotionKind;
      readonly product?: string;
      readonly now?: string;
      readonly given?: Given;
      readonly expect: {
        readonly outcome?: RoundOutcome;
        readonly gates?: Readonly<Record<string, Verdict | ExpectedGate>>;
      };
    })[];
  };
}
