import type { Digest } from '../../core/digest.js';
import { digestOf } from '../../core/hash.js';
import type { Transaction } from '../database.js';
import { elementIds, ensureElement, ensureElementVersion, relate } from './elements.js';

/** What a rule may look at in an attestation. */
export type AttestationAttributes = Readonly<Record<string, string | number | boolean>>;

/** A signed statement to be registered. */
export interface NewAttestation {
  /** `provenance`, `sbom-spdx`, `sbom-cyclonedx`, `signature`, `test-result`, `preview-check`, `decision`, `promotion`, `verification-summary`. */
  readonly kind: string;
  readonly predicateType: string;
  /** Digest of the Sigstore bundle in the content store. */
  readonly checksum: Digest;
  /** Digest of the signed payload. */
  readonly statementDigest: Digest;
  readonly keyId: Digest;
  /** `<workflow id>/<first run id>`, or what a person or CI says of itself. */
  readonly producedByRun: string;
  readonly subjects: readonly { readonly digest: Digest; readonly type: 'artifact' | 'bundle' }[];
  readonly attributes?: AttestationAttributes;
}

/** An attestation as it is registered. */
export interface StoredAttestation {
  readonly id: string;
  readonly kind: string;
  readonly predicateType: string;
  readonly uri: string;
  readonly checksum: Digest;
  readonly statementDigest: Digest;
  readonly keyId: Digest;
  readonly signer: string;
  readonly producedByRun: string;
  readonly registeredAt: Date;
  readonly attributes: AttestationAttributes;
  readonly subjects: readonly Digest[];
}

interface AttestationRow {
  id: string;
  kind: string;
  predicate_type: string;
  uri: string;
  checksum: Digest;
  statement_digest: Digest;
  key_id: Digest;
  signer: string;
  produced_by_run: string;
  registered_at: Date;
  metadata: AttestationAttributes;
  subjects: string[];
}

const selectAttestation = `
  select a.id, a.kind, a.predicate_type, a.uri, a.checksum, a.statement_digest, a.key_id, a.signer, a.produced_by_run, a.registered_at, e.metadata,
         array(select split_part(r.target_element_id, '/', 2) from element_relationships r
                where r.tenant_id = a.tenant_id and r.source_element_id = a.element_id and r.type_key = 'EVIDENCE_OF') as subjects
    from attestations a
    join elements e on e.tenant_id = a.tenant_id and e.id = a.element_id`;

/**
 * Registers a signed statement as an element with its relationships. The same statement by the same key is registered once: a step
 * that is tried again gets the first one back.
 */
export async function registerAttestation(tx: Transaction, attestation: NewAttestation): Promise<{ readonly attestation: StoredAttestation; readonly fresh: boolean }> {
  const id = digestOf(`${attestation.statementDigest} ${attestation.keyId}`).slice('sha256:'.length, 'sha256:'.length + 32);
  const elementId = elementIds.attestation(id);
  await ensureElement(tx, { id: elementId, typeKey: `attestation.${attestation.kind}`, metadata: attestation.attributes ?? {} });
  const inserted = await tx.query(
    `insert into attestations (tenant_id, id, element_id, kind, predicate_type, uri, checksum, statement_digest, key_id, signer, produced_by_run)
     select k.tenant_id, $2, $3, $4, $5, $6, $7, $8, k.key_id, k.principal, $10 from principal_keys k where k.tenant_id = $1 and k.key_id = $9
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

/** The attestation of a statement by a key, if it has been registered. */
export async function findAttestation(tx: Transaction, statementDigest: Digest, keyId: Digest): Promise<StoredAttestation | undefined> {
  const rows = await tx.query<AttestationRow>(`${selectAttestation} where a.tenant_id = $1 and a.statement_digest = $2 and a.key_id = $3`, [
    tx.tenant,
    statementDigest,
    keyId,
  ]);
  return rows[0] === undefined ? undefined : toAttestation(rows[0]);
}

/** Evidence of a bundle: what is related to it or to one of its artifacts, oldest first. */
export async function evidenceOfBundle(tx: Transaction, bundle: Digest): Promise<readonly StoredAttestation[]> {
  const rows = await tx.query<AttestationRow>(
    `${selectAttestation}
      where a.tenant_id = $1
        and a.element_id in (
          select r.source_element_id from element_relationships r
           where r.tenant_id = $1 and r.type_key = 'EVIDENCE_OF'
             and r.target_element_id in (
               select $2::text
               union select target_element_id from element_relationships
                where tenant_id = $1 and type_key = 'CONTAINS' and source_element_id = $2::text))
      order by a.registered_at, a.id`,
    [tx.tenant, elementIds.bundle(bundle)],
  );
  return rows.map(toAttestation);
}

/** One attestation by its id. */
export async function attestationById(tx: Transaction, id: string): Promise<StoredAttestation | undefined> {
  const rows = await tx.query<AttestationRow>(`${selectAttestation} where a.tenant_id = $1 and a.id = $2`, [tx.tenant, id]);
  return rows[0] === undefined ? undefined : toAttestation(rows[0]);
}

function toAttestation(row: AttestationRow): StoredAttestation {
  return {
    id: row.id,
    kind: row.kind,
    predicateType: row.predicate_type,
    uri: row.uri,
    checksum: row.checksum,
    statementDigest: row.statement_digest,
    keyId: row.key_id,
    signer: row.signer,
    producedByRun: row.produced_by_run,
    registeredAt: row.registered_at,
    attributes: row.metadata,
    subjects: row.subjects.filter((subject): subject is Digest => subject.startsWith('sha256:')),
  };
}
