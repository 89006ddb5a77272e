import type { Digest } from '../../core/digest.js';
import type { Transaction } from '../database.js';
import { growsWithData } from '../prepared.js';
import { type AttestationRow, elementIds, selectAttestation, type StoredAttestation, toAttestation } from './read.js';

/** The evidence of a bundle that a round of gates reads, and how much it leaves out. */
export interface NewestEvidence {
  /** Oldest first. */
  readonly attestations: readonly StoredAttestation[];
  /** How many were left out, by kind; those of which nothing was are absent. */
  readonly leftOut: Readonly<Record<string, number>>;
}

/**
 * The newest evidence of a bundle: of each kind, about each subject and by each signer, so that nobody displaces what
 * another has signed. Decisions are never left out.
 *
 * @param kinds the kinds that matter; all if absent
 * @param perSigner how many of each
 */
export async function newestEvidence(
  tx: Transaction,
  bundle: Digest,
  { kinds, perSigner }: { readonly kinds: readonly string[] | undefined; readonly perSigner: number },
): Promise<NewestEvidence> {
  // Materialized: the planner expects a row or two of new evidence, and would count once for each row.
  const rows = await tx.query<AttestationRow & { all_of_kind: number }>(
    `with subjects as (
       select $2::text as id
       union select target_element_id from element_relationships
              where tenant_id = $1 and type_key = 'CONTAINS' and source_element_id = $2::text),
     ranked as (
       select a.element_id, a.kind,
              row_number() over (partition by a.kind, r.target_element_id, a.signer order by a.registered_at desc, a.id desc) as place
         from subjects s
         join element_relationships r on r.tenant_id = $1 and r.type_key = 'EVIDENCE_OF' and r.target_element_id = s.id
         join attestations a on a.tenant_id = $1 and a.element_id = r.source_element_id
        where $3::text[] is null or a.kind = any ($3)),
     counted as materialized (select kind, count(distinct element_id)::int as all_of_kind from ranked group by kind)
     select one.*, c.all_of_kind from (${selectAttestation}
       where a.tenant_id = $1
         and a.element_id in (select element_id from ranked where place <= $4 or kind = 'decision')) as one
       join counted c on c.kind = one.kind
      order by one.registered_at, one.id`,
    [tx.tenant, elementIds.bundle(bundle), kinds ?? null, perSigner],
    growsWithData,
  );
  const left = new Map<string, number>();
  for (const { kind, all_of_kind: all } of rows) left.set(kind, (left.get(kind) ?? all) - 1);
  const leftOut = Object.fromEntries([...left].filter(([, count]) => count > 0));
  return { attestations: rows.map(toAttestation), leftOut };
}
