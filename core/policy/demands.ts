import type { Lane } from '../lanes.js';

/** Whose signatures a gate trusts. A signature counts when one of the conditions holds. */
export interface SignerRule {
  /** Keys of these purposes. */
  readonly purposes?: readonly ('build' | 'verification')[];
  /** Keys of people who have one of these roles. */
  readonly roles?: readonly string[];
}

/** Evidence of one kind. */
export interface EvidenceRule {
  /** The kind of attestation, such as `test-result` or `sbom-spdx`. */
  readonly kind: string;
  /** What each attestation is about: the bundle as a whole, each of its artifacts of a kind, or each of its artifacts. */
  readonly per: 'bundle' | 'image' | 'sdk' | 'chart' | 'artifact';
  /** How many for each subject. */
  readonly min: number;
  /** The oldest that counts, in seconds since it was registered or since its tests ran, whichever is longer ago. */
  readonly maxAgeSeconds?: number;
  readonly signers: SignerRule;
}

/** The evidence that a gate needs: of one kind, or all or any of several groups. */
export type EvidenceDemand =
  EvidenceRule | { readonly allOf: readonly EvidenceDemand[] } | { readonly anyOf: readonly EvidenceDemand[] };

/** People whose signed approval a gate needs. */
export interface ApprovalRule {
  readonly count: number;
  /** Roles that may approve. */
  readonly roles: readonly string[];
  /** Roles each of which has to be among those who approve, each a person of its own. */
  readonly allOf?: readonly string[];
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

/** Time that the bundle has to have been live in another lane, added up since the last rollback. */
export interface SoakRule {
  readonly lane: Lane;
  readonly forSeconds: number;
}

/** A day of the week, as files write it. */
export type WeekDay = 'MON' | 'TUE' | 'WED' | 'THU' | 'FRI' | 'SAT' | 'SUN';

/** When the lane may be entered: at the open times, always if there are none, but not on closed days. */
export interface WindowRule {
  /** An IANA time zone. */
  readonly zone: string;
  /** `from` and `to` are times of day such as `09:00`; `to` is `24:00` at most. Every day if none is named. */
  readonly open?: readonly { readonly days?: readonly WeekDay[]; readonly from: string; readonly to: string }[];
  /** Dates, half-open. */
  readonly closed?: readonly { readonly from: string; readonly to: string; readonly reason?: string }[];
}

/** A query over evidence of kind `metric` about the bundle, and what its result has to be. */
export interface MetricRule {
  readonly name: string;
  readonly statistic: 'newest' | 'mean' | 'min' | 'max';
  /** Values older than that do not count, in seconds. */
  readonly overSeconds?: number;
  /** How many values are needed. */
  readonly minSamples: number;
  readonly atMost?: number;
  readonly atLeast?: number;
  /** Comparison with the same metric of the bundle that is live in a lane: factors of its value. */
  readonly baseline?: { readonly lane?: Lane; readonly atMostTimes?: number; readonly atLeastTimes?: number };
  readonly signers: SignerRule;
}

/** Lanes that come before: the bundle was live there, or something of another product is. */
export interface PredecessorRule {
  /** How many of them are needed. */
  readonly atLeast: number;
  readonly of: readonly { readonly lane: Lane; readonly product?: string }[];
}

/** A small part of JSON Schema: the answer that lets a question pass. */
export interface AnswerSchema {
  readonly type?: 'boolean' | 'string' | 'number' | 'integer' | 'array' | 'object';
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly items?: AnswerSchema;
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, AnswerSchema>>;
}

/** Questions that people answer and sign. */
export interface ChecklistRule {
  readonly questions: readonly { readonly id: string; readonly ask: string; readonly answer: AnswerSchema }[];
  /** Who may answer. */
  readonly roles: readonly string[];
  /** How many people have to. */
  readonly count: number;
  readonly maxAgeSeconds?: number;
}

/** The kinds of artifacts of methods. */
export type MethodArtifactKind = 'INCREMENT' | 'PI_OBJECTIVE' | 'ADM_DELIVERABLE' | 'ARCHITECTURE_CONTRACT';

/** Artifacts of the method in the transformation to which the product belongs. */
export interface ArtifactRule {
  readonly kind: MethodArtifactKind;
  /** Which ones; all of the kind if absent. */
  readonly keys?: readonly string[];
  /** Those of a phase of the ADM alone. */
  readonly phase?: string;
  /** What each has to have reached; what is accepted was in review. */
  readonly state: 'IN_REVIEW' | 'ACCEPTED';
  /** How many there have to be. */
  readonly min: number;
  /** Which share of them has to have reached the state, above 0 and at most 1. */
  readonly share: number;
}

/** Whether and how a gate may be waived; durations in seconds. */
export interface WaiverTerms {
  readonly allowed: boolean;
  readonly longestSeconds?: number;
  readonly roles?: readonly string[];
  readonly renewals: number;
  readonly remindBeforeSeconds?: number;
  readonly reReviewAfterSeconds?: number;
}
