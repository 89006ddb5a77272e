import { create } from '@bufbuild/protobuf';
import { isInstant } from '../../../core/input.js';
import { type Manifest, parseManifest } from '../../../core/release/manifest.js';
import { type Attestation, AttestationSchema } from '#gen/governance/v1/attestation_pb.js';
import {
  type BundleRecall,
  BundleRecallSchema,
  type EvidenceAttachment,
  EvidenceAttachmentSchema,
  type PlanReference,
  PlanReferenceSchema,
  type ReleaseBundle,
  ReleaseBundleSchema,
} from '#gen/release/v1/bundle_pb.js';
import { type MethodologyContext, MethodologyContextSchema } from '#gen/release/v1/methodology_pb.js';
import type { StoredAttestation } from '../../../store/evidence/read.js';
import type { ListedBundle, StoredBundle } from '../../../store/bundle/read.js';
import { bounded, instant, toLane } from '../convert.js';

/** A bundle for the wire. */
export function toBundleMessage(bundle: ListedBundle): ReleaseBundle {
  const manifest = parseManifest(bundle.manifest);
  const methodologyContext = methodologyOf(manifest);
  const plan = planOf(manifest);
  return create(ReleaseBundleSchema, {
    digest: bundle.digest,
    product: bundle.product,
    revision: bundle.revision,
    authorName: bounded(bundle.author.name, 500),
    authorEmail: bounded(bundle.author.email, 500),
    ...instant('committedAt', bundle.committedAt),
    subject: bounded(bundle.subject, 1000),
    artifacts: bundle.artifacts.map(({ kind, name, digest, mediaType }) => ({ kind, name, digest, mediaType })),
    ...(methodologyContext !== undefined && { methodologyContext }),
    ...(plan !== undefined && { plan }),
    repository: manifest.source.repository,
    tree: manifest.source.tree ?? '',
    releaseId: bundle.releaseId,
    ...instant('sealedAt', bundle.sealedAt),
    liveLanes: bundle.liveLanes.map(toLane),
    ...(bundle.recall !== undefined && { recall: toRecall(bundle.recall) }),
  });
}

function toRecall({ by, reason, since }: NonNullable<ListedBundle['recall']>): BundleRecall {
  return create(BundleRecallSchema, { by, reason, ...instant('since', since) });
}

function methodologyOf({ methodology }: Manifest): MethodologyContext | undefined {
  if (methodology === undefined) return undefined;
  const { profile, increment = '', piObjective = '', admDeliverable = '' } = methodology;
  return create(MethodologyContextSchema, { profile, increment, piObjective, admDeliverable });
}

function planOf({ plan }: Manifest): PlanReference | undefined {
  if (plan === undefined) return undefined;
  return create(PlanReferenceSchema, {
    uri: plan.uri,
    checksum: plan.checksum,
    fingerprint: plan.fingerprint,
    toolGrants: [...plan.toolGrants],
  });
}

/** An attestation for the wire. */
export function toAttestationMessage(attestation: StoredAttestation): Attestation {
  const { id, kind, uri, checksum, producedByRun, predicateType, subjects, keyId, signer, statementDigest } =
    attestation;
  const { testedAt } = attestation.attributes;
  return create(AttestationSchema, {
    id,
    kind,
    uri,
    checksum,
    producedByRun: bounded(producedByRun, 500),
    predicateType,
    subjects: [...subjects],
    keyId,
    signer,
    statementDigest,
    ...instant('registeredAt', attestation.registeredAt),
    ...(typeof testedAt === 'string' && isInstant(testedAt) && instant('testedAt', new Date(testedAt))),
  });
}

/** Evidence of a bundle for the wire, with the names of what it is about. */
export function toEvidenceAttachment(attestation: StoredAttestation, bundle: StoredBundle): EvidenceAttachment {
  const names = attestation.subjects.map((digest) => {
    if (digest === bundle.digest) return 'bundle';
    const artifact = bundle.artifacts.find((each) => each.digest === digest);
    return artifact === undefined ? digest : `${artifact.kind} ${artifact.name}`;
  });
  return create(EvidenceAttachmentSchema, {
    attestation: toAttestationMessage(attestation),
    bundleDigest: bundle.digest,
    about: names,
  });
}
