import {
  ArtifactKind,
  ArtifactState,
  Readiness,
  TimeboxKind,
  type Transformation,
} from '#gen/transformation/v1/transformation_pb.js';
import type { MethodArtifact, Milestone, Timebox, TransformationSpec } from '../../../core/transformation/model.js';

/** The content of a transformation as the API gives it, in the form in which people sign it. */
export function specOf(given: Transformation): TransformationSpec {
  const { title, organization, team, profile, stage, cadence, products } = given;
  return {
    ...{ title, organization, team, profile, stage, cadence },
    milestones: given.milestones.map(({ key, title: name, readiness, due }) => ({
      ...{ key, title: name, readiness: Readiness[readiness] as Milestone['readiness'], due },
    })),
    timeboxes: given.timeboxes.map(({ id, kind, title: name, starts, ends }) => ({
      ...{ id, kind: TimeboxKind[kind] as Timebox['kind'], title: name, starts, ends },
    })),
    goals: given.goals.map(({ id, title: name, timebox }) => ({ id, title: name, timebox })),
    artifacts: given.artifacts.map(({ kind, key, title: name, state, timebox, phase, ...values }) => ({
      ...{ kind: ArtifactKind[kind] as MethodArtifact['kind'], key, title: name },
      ...{ state: ArtifactState[state] as MethodArtifact['state'], timebox, phase },
      ...(values.plannedValue !== undefined && { plannedValue: values.plannedValue }),
      ...(values.achievedValue !== undefined && { achievedValue: values.achievedValue }),
    })),
    products,
  };
}
