import type { Transaction } from '../database.js';
import { growsWithData } from '../prepared.js';
import { type AttestationRow, selectAttestation, type StoredAttestation, toAttestation } from './read.js';

/** The signed lists of commits of a product's bundles, newest first. */
export async function commitListsOf(
  tx: Transaction,
  product: string,
  limit: number,
): Promise<readonly StoredAttestation[]> {
  const rows = await tx.query<AttestationRow>(
    `${selectAttestation}
      where a.tenant_id = $1 and a.kind = 'commits'
        and exists (
          select 1 from element_relationships r
            join artifacts f on f.tenant_id = r.tenant_id and 'artifact/' || f.digest = r.target_element_id
            join bundles b on b.tenant_id = f.tenant_id and b.digest = f.bundle_digest
           where r.tenant_id = $1 and r.type_key = 'EVIDENCE_OF' and r.source_element_id = a.element_id
             and f.kind = 'source' and b.product = $2)
      order by a.registered_at desc, a.id limit $3`,
    [tx.tenant, product, limit],
    growsWithData,
  );
  return rows.map(toAttestation);
}
