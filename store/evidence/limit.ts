import type { Digest } from '../../core/digest.js';
import { LanekeeperError } from '../../core/errors.js';
import { shortId } from '../../core/ids.js';
import type { Transaction } from '../database.js';
import { elementIds } from './read.js';

/**
 * How much evidence a principal may attach to a bundle and its artifacts: more than any gate asks for, and few enough that
 * nobody makes others wait by it.
 */
export const maxAttachedByPrincipal = 200;

/**
 * Requires that a principal may attach more evidence to a bundle. Until the transaction ends, nothing else is attached by
 * the same principal to the same bundle.
 *
 * @param run what the attestations name as the run that produced them
 * @throws LIMIT_EXCEEDED
 */
export async function requireRoomToAttach(
  tx: Transaction,
  { bundle, run }: { readonly bundle: Digest; readonly run: string },
): Promise<void> {
  await tx.query('select pg_advisory_xact_lock(hashtextextended($1, 0))', [`${tx.tenant} ${run} ${bundle}`]);
  const [row] = await tx.query<{ attached: number }>(
    `select count(*)::int as attached from attestations a
      where a.tenant_id = $1 and a.produced_by_run = $2 and exists (
        select 1 from element_relationships r
         where r.tenant_id = $1 and r.type_key = 'EVIDENCE_OF' and r.source_element_id = a.element_id
           and (r.target_element_id = $3 or exists (
             select 1 from element_relationships c
              where c.tenant_id = $1 and c.type_key = 'CONTAINS' and c.source_element_id = $3
                and c.target_element_id = r.target_element_id)))`,
    [tx.tenant, run, elementIds.bundle(bundle)],
  );
  if ((row?.attached ?? 0) < maxAttachedByPrincipal) return;
  throw new LanekeeperError('LIMIT_EXCEEDED', {
    message: `${String(maxAttachedByPrincipal)} pieces of evidence were attached to this bundle by the same principal already`,
    object: `bundle ${shortId(bundle)}`,
    why: 'gates read the newest few of each signer; more would only make everybody wait',
    next: 'lane evidence list BUNDLE shows them; release a new commit, or put several results into one report',
  });
}
