import type { Lane } from '../lanes.js';
import type { PromotionKind } from '../promotion/state.js';
import type { Severity } from './verdict.js';

/** What a gate guards. */
export type GateType =
  | 'DEFINITION_OF_DONE'
  | 'APPROVAL'
  | 'COMPLIANCE'
  | 'ADM_PHASE'
  | 'PI_OBJECTIVE'
  | 'ARCHITECTURE_BOARD'
  | 'SUPPLY_CHAIN'
  | 'TESTS';

/** Whose signatures a gate trusts. A signature counts when one of the conditions holds. */
export interface SignerRule {
  /** Keys of these purposes. */
  readonly purposes?: readonly ('build' | 'verification')[];
  /** Keys of people who have one of these roles. */
  readonly roles?: readonly string[];
}

/** The evidence a gate needs. */
export interface EvidenceRule {
  /** The kind of attestation, such as `test-result` or `sbom-spdx`. */
  readonly kind: string;
  /** What each attestation is about: the bundle as a whole, each of its images, each of its SDKs, or each of both. */
  readonly per: 'bundle' | 'image' | 'sdk' | 'artifact';
  /** How many for each subject. */
  readonly min: number;
  /** The oldest that counts, in seconds since it was registered or since its tests ran, whichever is longer ago. */
  readonly maxAgeSeconds?: number;
  readonly signers: SignerRule;
}

/** People whose signed approval a gate needs. */
export interface ApprovalRule {
  readonly count: number;
  /** Roles that may approve. */
  readonly roles: readonly string[];
  /** Whether each approval must stand for a different one of the roles. */
  readonly distinctRoles: boolean;
  /** Who may never approve. */
  readonly separation: readonly ('requester' | 'author')[];
  /** How many humans are needed for a bundle that brings commits of agents, if that is more than `count`. */
  readonly countForAgents?: number;
}

/** Which commits a gate is about, and what it demands of them. */
export interface CommitRule {
  /** With nothing live in the lane: the released commit alone, or every commit that the release lists. */
  readonly firstRelease: 'released-commit' | 'every-commit';
  /** Whether each must be signed with an enrolled key of its author or committer. */
  readonly signatures: 'required' | 'optional';
}

/** One required check. */
export interface Gate {
  readonly id: string;
  readonly type: GateType;
  readonly lanes: readonly Lane[];
  readonly kinds: readonly PromotionKind[];
  readonly severity: Severity;
  readonly evidence?: EvidenceRule;
  readonly approvals?: ApprovalRule;
  readonly commits?: CommitRule;
  /** CEL over `bundle`, `evidence`, `requester`, `lane` and `lanes`; must yield a boolean. */
  readonly rule?: string;
  /**
   * What a person can do about it while it is open. `{bundle}`, `{product}`, `{lane}` and `{promotion}` are filled in.
   */
  readonly message: string;
}

/** Where one value of a gate comes from: a line of a policy file, or the default of Lanekeeper. */
export interface ValueSource {
  readonly gate: string;
  /** Its place in the gate, in the words of the policy file: `severity`, `evidence.maxAge`. */
  readonly field: string;
  /** As JSON. */
  readonly value: string;
  /** Absent where the value is the default. */
  readonly file?: string;
  /** From 1. */
  readonly line?: number;
}

/** A policy as written in its file. */
export interface Policy {
  readonly name: string;
  readonly gates: readonly Gate[];
  /** Where the values of its gates come from. */
  readonly sources: readonly ValueSource[];
}

/** The gates that apply to one (product, lane, kind), named by the sha256 of its canonical JSON. */
export interface PolicySnapshot {
  readonly policy: string;
  readonly product: string;
  readonly lane: Lane;
  readonly kind: PromotionKind;
  readonly gates: readonly Gate[];
}
