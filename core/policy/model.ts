import type { Lane } from '../lanes.js';
import type { SaysSteps } from '../promotion/lane-steps.js';
import type { PromotionKind } from '../promotion/state.js';
import type {
  ApprovalRule,
  ArtifactRule,
  ChecklistRule,
  CommitRule,
  EvidenceDemand,
  MetricRule,
  PredecessorRule,
  SoakRule,
  WaiverTerms,
  WindowRule,
} from './demands.js';
import type { RoleTitles } from './role-words.js';
import type { Severity } from './verdict.js';

/** What gates can guard. */
export const gateTypeNames = [
  'DEFINITION_OF_DONE',
  'APPROVAL',
  'COMPLIANCE',
  'ADM_PHASE',
  'PI_OBJECTIVE',
  'ARCHITECTURE_BOARD',
  'SUPPLY_CHAIN',
  'TESTS',
  'SCAN',
  'GUARDRAIL',
  'HELM_TEST',
  'FREEZE',
] as const;

/** What a gate guards. */
export type GateType = (typeof gateTypeNames)[number];

/** One required check, resolved for a lane. */
export interface Gate {
  readonly id: string;
  readonly type: GateType;
  readonly lanes: readonly Lane[];
  readonly kinds: readonly PromotionKind[];
  readonly severity: Severity;
  /** RFC 3339: until then the gate is only advisory. */
  readonly enforceFrom?: string;
  readonly evidence?: EvidenceDemand;
  readonly approvals?: ApprovalRule;
  readonly commits?: CommitRule;
  readonly soak?: SoakRule;
  readonly window?: WindowRule;
  readonly metric?: MetricRule;
  readonly predecessors?: PredecessorRule;
  readonly checklist?: ChecklistRule;
  readonly artifacts?: ArtifactRule;
  readonly waiver?: WaiverTerms;
  /** What the method in effect calls the enrolled roles that the gate names; absent where it names none of its roles. */
  readonly titles?: RoleTitles;
  /** CEL over what `gateScope` declares; must yield a boolean. */
  readonly rule?: string;
  /**
   * What a person can do about it while it is open. `{bundle}`, `{product}`, `{lane}` and `{promotion}` are filled in.
   */
  readonly message: string;
}

/** Where one value of a gate comes from: a line of a file, or the default of Lanekeeper. */
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
  /** The override that has set it, if one has. */
  readonly override?: string;
}

/**
 * The gates that apply to one (product, lane, kind) in a transformation, and the steps by which the lane is taken where they
 * are not the usual ones, named by the sha256 of its canonical JSON.
 */
export interface PolicySnapshot extends SaysSteps {
  readonly policy: string;
  /** The methodology profile in effect; absent where none is. */
  readonly profile?: string;
  readonly product: string;
  readonly lane: Lane;
  readonly kind: PromotionKind;
  readonly gates: readonly Gate[];
}
