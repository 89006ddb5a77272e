import type { Digest } from '../../core/digest.js';
import type { Transaction } from '../database.js';
import { growsWithData } from '../prepared.js';

/** Ids of elements of the evidence graph (`graph.v1.Element`), derived from what they stand for. */
export const elementIds = {
  artifact: (digest: Digest) => `artifact/${digest}`,
  bundle: (digest: Digest) => `bundle/${digest}`,
  attestation: (id: string) => `attestation/${id}`,
  run: (workflowId: string, runId: string) => `run/${workflowId}/${runId}`,
} as const;

/** What a rule may read from an attestation. */
export type AttestationAttributes = Readonly<Record<string, string | number | boolean>>;

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

/** A row of `attestations`: what `selectAttestation` selects. */
export interface AttestationRow {
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

const columns = `a.id, a.kind, a.predicate_type, a.uri, a.checksum, a.statement_digest, a.key_id, a.signer,
  a.produced_by_run, a.registered_at, e.metadata,
  array(select split_part(r.target_element_id, '/', 2) from element_relationships r
         where r.tenant_id = a.tenant_id and r.source_element_id = a.element_id
           and r.type_key = 'EVIDENCE_OF') as subjects`;

/** Selects attestations `a`, each with its attributes and subjects. */
export const selectAttestation = `
  select ${columns}
    from attestations a
    join elements e on e.tenant_id = a.tenant_id and e.id = a.element_id`;

/** The attestation of a statement by a key, if it has been registered. */
export async function findAttestation(
  tx: Transaction,
  statementDigest: Digest,
  keyId: Digest,
): Promise<StoredAttestation | undefined> {
  const rows = await tx.query<AttestationRow>(
    `${selectAttestation} where a.tenant_id = $1 and a.statement_digest = $2 and a.key_id = $3`,
    [tx.tenant, statementDigest, keyId],
  );
  return rows[0] === undefined ? undefined : toAttestation(rows[0]);
}

/** Evidence of a bundle: what is related to it or to one of its artifacts, oldest first. */
export async function evidenceOfBundle(tx: Transaction, bundle: Digest): Promise<readonly StoredAttestation[]> {
  return (await evidenceOfBundles(tx, [bundle])).get(bundle) ?? [];
}

/** The same of several bundles, of one kind or all. */
export async function evidenceOfBundles(
  tx: Transaction,
  bundles: readonly Digest[],
  kind?: string,
): Promise<ReadonlyMap<Digest, readonly StoredAttestation[]>> {
  const rows = await tx.query<AttestationRow & { bundles: Digest[] }>(
    `select about.bundles, ${columns}
       from attestations a
       join elements e on e.tenant_id = a.tenant_id and e.id = a.element_id
       join (
        select r.source_element_id as element_id, array_agg(distinct split_part(t.bundle, '/', 2)) as bundles
          from (select b as bundle, b as target from unnest($2::text[]) b
                union
                select source_element_id, target_element_id from element_relationships
                 where tenant_id = $1 and type_key = 'CONTAINS' and source_element_id = any($2::text[])) t
          join element_relationships r
            on r.tenant_id = $1 and r.type_key = 'EVIDENCE_OF' and r.target_element_id = t.target
         group by r.source_element_id) about on about.element_id = a.element_id
     where a.tenant_id = $1 and ($3::text is null or a.kind = $3)
     order by a.registered_at, a.id`,
    [tx.tenant, [...new Set(bundles)].map(elementIds.bundle), kind ?? null],
    growsWithData,
  );
  const found = new Map<Digest, StoredAttestation[]>(bundles.map((bundle) => [bundle, []]));
  for (const row of rows) for (const bundle of row.bundles) found.get(bundle)?.push(toAttestation(row));
  return found;
}

/** One attestation by its id. */
export async function attestationById(tx: Transaction, id: string): Promise<StoredAttestation | undefined> {
  const rows = await tx.query<AttestationRow>(`${selectAttestation} where a.tenant_id = $1 and a.id = $2`, [
    tx.tenant,
    id,
  ]);
  return rows[0] === undefined ? undefined : toAttestation(rows[0]);
}

/** A row as a record. */
export function toAttestation(row: AttestationRow): StoredAttestation {
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
