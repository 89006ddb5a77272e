import type { MethodArtifactFact } from '../policy/facts.js';

/** How near a milestone is. */
export type Readiness = 'PLANNED' | 'AT_RISK' | 'READY' | 'MISSED';

/** A point that the transformation wants to reach. */
export interface Milestone {
  readonly key: string;
  readonly title: string;
  readonly readiness: Readiness;
  /** A date, or empty. */
  readonly due: string;
}

/** A period of the method. */
export interface Timebox {
  readonly id: string;
  readonly kind: 'SPRINT' | 'PI' | 'ITERATION' | 'ADM_PHASE';
  readonly title: string;
  /** Dates, or empty. */
  readonly starts: string;
  readonly ends: string;
}

/** What a transformation wants. */
export interface Goal {
  readonly id: string;
  readonly title: string;
  /** The id of its timebox, or empty. */
  readonly timebox: string;
}

/** An artifact of the method. */
export interface MethodArtifact extends MethodArtifactFact {
  /** Business value of a PI objective, planned and achieved. */
  readonly plannedValue?: number;
  readonly achievedValue?: number;
}

/** What a transformation says: everything that a person puts at once. Lists are ordered by their keys. */
export interface TransformationSpec {
  readonly title: string;
  readonly organization: string;
  readonly team: string;
  /** The methodology profile, for example `scrum`. */
  readonly profile: string;
  readonly stage: string;
  readonly cadence: string;
  readonly milestones: readonly Milestone[];
  readonly timeboxes: readonly Timebox[];
  readonly goals: readonly Goal[];
  readonly artifacts: readonly MethodArtifact[];
  /** Names of products. */
  readonly products: readonly string[];
}

/** A transformation with its name. */
export interface NamedTransformation {
  readonly name: string;
  readonly spec: TransformationSpec;
}

/** What names an artifact of the method within its transformation. */
export function keyOfArtifact({ kind, key }: Pick<MethodArtifact, 'kind' | 'key'>): string {
  return `${kind}/${key}`;
}
