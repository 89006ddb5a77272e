import type { Digest } from '../../core/digest.js';
import type { Transaction } from '../database.js';

/** Ids of elements of the evidence graph (`graph.v1.Element`), derived from what they stand for. */
export const elementIds = {
  artifact: (digest: Digest) => `artifact/${digest}`,
  bundle: (digest: Digest) => `bundle/${digest}`,
  attestation: (id: string) => `attestation/${id}`,
  run: (workflowId: string, runId: string) => `run/${workflowId}/${runId}`,
} as const;

/** Adds an element if it is not there. */
export async function ensureElement(tx: Transaction, element: { id: string; typeKey: string; metadata?: Readonly<Record<string, unknown>> }): Promise<void> {
  await tx.query(
    `insert into elements (tenant_id, id, kind, type_key, metadata) values ($1, $2, 'release', $3, $4) on conflict (tenant_id, id) do nothing`,
    [tx.tenant, element.id, element.typeKey, JSON.stringify(element.metadata ?? {})],
  );
}

/** How two elements are related. EVIDENCE_OF and PRODUCED_BY are what gates ask for. */
export type RelationshipType = 'EVIDENCE_OF' | 'PRODUCED_BY' | 'DERIVED_FROM' | 'CONTAINS';

/** Relates two elements, once. */
export async function relate(tx: Transaction, type: RelationshipType, source: string, target: string): Promise<void> {
  await tx.query(
    `insert into element_relationships (tenant_id, id, kind, type_key, source_element_id, target_element_id)
     values ($1, $2, $3, $4, $5, $6)
     on conflict (tenant_id, type_key, source_element_id, target_element_id) do nothing`,
    [tx.tenant, `${source} ${type} ${target}`, type === 'CONTAINS' ? 'CONTAINMENT' : 'REFERENCE', type, source, target],
  );
}

/** Adds the version of an element that has this content, once. */
export async function ensureElementVersion(tx: Transaction, elementId: string, version: number, content: Digest): Promise<void> {
  await tx.query(
    `insert into element_versions (tenant_id, element_id, version, content_digest) values ($1, $2, $3, $4)
     on conflict (tenant_id, element_id, version) do nothing`,
    [tx.tenant, elementId, version, content],
  );
}
