import type { Lane } from '../../lanes.js';
import type { PromotionKind } from '../../promotion/state.js';
import type {
  ApprovalRule,
  ArtifactRule,
  ChecklistRule,
  CommitRule,
  EvidenceRule,
  MetricRule,
  PredecessorRule,
  SoakRule,
  WaiverTerms,
  WindowRule,
} from '../demands.js';
import type { GateType } from '../model.js';
import type { Severity } from '../verdict.js';

/** A duration as files write it: `90m`. */
export type DurationText = string;

type Written<T, Durations extends Readonly<Record<string, keyof T>>> = Partial<Omit<T, Durations[keyof Durations]>> & {
  readonly [Name in keyof Durations]?: DurationText;
};

/** Evidence as files write it. */
export interface EvidenceFile extends Written<EvidenceRule, { maxAge: 'maxAgeSeconds' }> {
  readonly allOf?: readonly EvidenceFile[];
  readonly anyOf?: readonly EvidenceFile[];
}

/** A gate as its layers make it, in the words of files: each layer satisfies `core/schemas/gates/gate.schema.json`. */
export interface MergedGate {
  readonly id: string;
  readonly type?: GateType;
  readonly lanes?: readonly Lane[];
  readonly kinds?: readonly PromotionKind[];
  readonly severity?: Severity | Readonly<Partial<Record<Lane, Severity>>>;
  readonly enforceFrom?: string;
  readonly evidence?: EvidenceFile;
  readonly rule?: string;
  readonly approvals?: Partial<ApprovalRule>;
  readonly commits?: Partial<CommitRule>;
  readonly soak?: Written<SoakRule, { for: 'forSeconds' }>;
  readonly window?: Partial<WindowRule>;
  readonly metric?: Written<MetricRule, { over: 'overSeconds' }>;
  readonly predecessors?: Partial<PredecessorRule>;
  readonly checklist?: Written<Omit<ChecklistRule, 'questions'>, { maxAge: 'maxAgeSeconds' }> & {
    readonly questions?: readonly (Omit<ChecklistRule['questions'][number], 'answer'> &
      Partial<Pick<ChecklistRule['questions'][number], 'answer'>>)[];
  };
  readonly artifacts?: Partial<ArtifactRule>;
  readonly waiver?: Written<
    WaiverTerms,
    { longest: 'longestSeconds'; remindBefore: 'remindBeforeSeconds'; reReviewAfter: 'reReviewAfterSeconds' }
  >;
  readonly message?: string;
}

/** What is wrong with a gate as its layers make it, at a path in it. */
export interface GateProblem {
  readonly path: readonly string[];
  readonly text: string;
}

const unitSeconds: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3_600, d: 86_400 };

/** Seconds of a duration; a schema has checked its form: digits and one unit. */
export function secondsOf(duration: DurationText): number {
  return Number(duration.slice(0, -1)) * (unitSeconds[duration.slice(-1)] ?? Number.NaN);
}
