import type { Digest } from '../../core/digest.js';
import { digestOf } from '../../core/hash.js';
import type { Transaction } from '../database.js';
import { type AttestationAttributes, elementIds, findAttestation, type StoredAttestation } from './read.js';

/** A signed statement to register. */
export interface NewAttestation {
  /**
   * `provenance`, `sbom-spdx`, `sbom-cyclonedx`, `signature`, `test-result`, `preview-check`, `decision`, `promotion`,
   * `verification-summary`, `service-act`.
   */
  readonly kind: string;
  readonly predicateType: string;
  /** Digest of the Sigstore bundle in the content store. */
  readonly checksum: Digest;
  /** Digest of the signed payload. */
  readonly statementDigest: Digest;
  readonly keyId: Digest;
  /** `<workflow id>/<first run id>`, or what a person or a CI job calls itself. */
  readonly producedByRun: string;
  readonly subjects: readonly { readonly digest: Digest; readonly type: 'artifact' | 'bundle' }[];
  readonly attributes?: AttestationAttributes;
}

/**
 * Registers a signed statement as an element with its relationships. The same statement by the same key is registered
 * once: a retried step gets the first one back.
 */
export async function registerAttestation(
  tx: Transaction,
  attestation: NewAttestation,
): Promise<{ readonly attestation: StoredAttestation; readonly fresh: boolean }> {
  const id = digestOf(`${attestation.statementDigest} ${attestation.keyId}`).slice(
    'sha256:'.length,
    'sha256:'.length + 32,
  );
  const elementId = elementIds.attestation(id);
  await ensureElement(tx, {
    id: elementId,
    typeKey: `attestation.${attestation.kind}`,
    metadata: attestation.attributes ?? {},
  });
  const inserted = await tx.query(
    `insert into attestations (tenant_id, id, element_id, kind, predicate_type, uri, checksum, statement_digest,
       key_id, signer, produced_by_run)
     select k.tenant_id, $2, $3, $4, $5, $6, $7, $8, k.key_id, k.principal, $10 from principal_keys k
      where k.tenant_id = $1 and k.key_id = $9
     on conflict (tenant_id, statement_digest, key_id) do nothing
     returning id`,
    [
      tx.tenant,
      id,
      elementId,
      attestation.kind,
      attestation.predicateType,
      `cas:${attestation.checksum}`,
      attestation.checksum,
      attestation.statementDigest,
      attestation.keyId,
      attestation.producedByRun,
    ],
  );
  for (const subject of attestation.subjects) {
    const target = subject.type === 'bundle' ? elementIds.bundle(subject.digest) : elementIds.artifact(subject.digest);
    await ensureElement(tx, { id: target, typeKey: `release.${subject.type}` });
    await relate(tx, 'EVIDENCE_OF', elementId, target);
  }
  const run = `run/${attestation.producedByRun}`;
  await ensureElement(tx, { id: run, typeKey: 'run' });
  await relate(tx, 'PRODUCED_BY', elementId, run);
  await ensureElementVersion(tx, elementId, 1, attestation.checksum);
  const stored = await findAttestation(tx, attestation.statementDigest, attestation.keyId);
  if (stored === undefined) throw new Error(`key ${attestation.keyId} is not enrolled`);
  return { attestation: stored, fresh: inserted.length > 0 };
}

/** Adds an element unless it exists. */
export async function ensureElement(
  tx: Transaction,
  element: { id: string; typeKey: string; metadata?: Readonly<Record<string, unknown>> },
): Promise<void> {
  await tx.query(
    `insert into elements (tenant_id, id, kind, type_key, metadata)
     values ($1, $2, 'release', $3, $4) on conflict (tenant_id, id) do nothing`,
    [tx.tenant, element.id, element.typeKey, JSON.stringify(element.metadata ?? {})],
  );
}

/** How two elements are related, with the kind of that as `graph.v1.RelationshipKind` means it. Gates ask for EVIDENCE_OF. */
const kindOfRelationship = {
  EVIDENCE_OF: 'SEMANTIC',
  PRODUCED_BY: 'REFERENCE',
  CONTAINS: 'CONTAINMENT',
} as const;

/** One of the relationships. */
export type RelationshipType = keyof typeof kindOfRelationship;

/** Relates two elements, once. */
export async function relate(tx: Transaction, type: RelationshipType, source: string, target: string): Promise<void> {
  await tx.query(
    `insert into element_relationships (tenant_id, id, kind, type_key, source_element_id, target_element_id)
     values ($1, $2, $3, $4, $5, $6)
     on conflict (tenant_id, type_key, source_element_id, target_element_id) do nothing`,
    [tx.tenant, `${source} ${type} ${target}`, kindOfRelationship[type], type, source, target],
  );
}

/** Adds the version of an element that has this content, once. */
export async function ensureElementVersion(
  tx: Transaction,
  elementId: string,
  version: number,
  content: Digest,
): Promise<void> {
  await tx.query(
    `insert into element_versions (tenant_id, element_id, version, content_digest) values ($1, $2, $3, $4)
     on conflict (tenant_id, element_id, version) do nothing`,
    [tx.tenant, elementId, version, content],
  );
}
