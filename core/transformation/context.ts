import type { TransformationFact } from '../policy/facts.js';
import type { NamedTransformation } from './model.js';

/** What policies see of a transformation, always in the same order. */
export function contextOf({ name, spec }: NamedTransformation): TransformationFact {
  return {
    ...{ known: true, id: name, name: spec.title, profile: spec.profile, stage: spec.stage, cadence: spec.cadence },
    milestones: Object.fromEntries(
      spec.milestones.map(({ key, readiness, due }) => [key, { ready: readiness === 'READY', readiness, due }]),
    ),
    // The form in which gates name phases, whatever was written.
    elements: spec.artifacts.map(({ kind, key, title, state, timebox, phase }) => ({
      ...{ kind, key, title, state, timebox, phase: phase.toLowerCase() },
    })),
  };
}
