import { create } from '@bufbuild/protobuf';
import {
  ArtifactKind,
  ArtifactState,
  Readiness,
  TimeboxKind,
  type Transformation,
  type TransformationChange,
  TransformationChangeSchema,
  TransformationSchema,
} from '#gen/transformation/v1/transformation_pb.js';
import type { StoredTransformationChange } from '../../../store/transformation/list.js';
import type { StoredTransformation } from '../../../store/transformation/read.js';
import { instant } from '../convert.js';

/** A transformation as it is now. */
export function toTransformation(stored: StoredTransformation): Transformation {
  const { name, spec, revision, state, changedBy } = stored;
  return create(TransformationSchema, {
    ...{ name, revision, changedBy, retired: state === 'RETIRED' },
    ...spec,
    milestones: spec.milestones.map((one) => ({ ...one, readiness: Readiness[one.readiness] })),
    timeboxes: spec.timeboxes.map((one) => ({ ...one, kind: TimeboxKind[one.kind] })),
    goals: [...spec.goals],
    artifacts: spec.artifacts.map((one) => ({
      ...{ ...one, kind: ArtifactKind[one.kind], state: ArtifactState[one.state] },
    })),
    products: [...spec.products],
    ...instant('changedAt', stored.changedAt),
  });
}

/** One revision. */
export function toChange(stored: StoredTransformationChange): TransformationChange {
  const { revision, verb, principal, keyId, statementDigest, words, signed } = stored;
  return create(TransformationChangeSchema, {
    ...{ revision, verb, principal, keyId, statementDigest, words: [...words] },
    signedStatement: new TextEncoder().encode(signed),
    ...instant('changedAt', stored.registeredAt),
  });
}
