import type { Digest } from '../../core/digest.js';
import type { Transaction } from '../database.js';

/** How many plans of a tenant are kept. Beyond that the oldest go, so that no flood of plans fills the disk. */
export const maxPlans = 1_000;

/** The longest content that is kept, in bytes. */
const maxBytes = 1_048_576;

/** Keeps what a plan has read. The same plan is kept once, however often it is asked for. */
export async function keepPlan(tx: Transaction, digest: Digest, content: string): Promise<void> {
  if (Buffer.byteLength(content) > maxBytes) return;
  const added = await tx.query<{ added: boolean }>(
    `insert into plans (tenant_id, digest, content) values ($1, $2, $3)
     on conflict (tenant_id, digest) do update set planned_at = now() where plans.planned_at < now() - interval '1 minute'
     returning xmax = 0 as added`,
    [tx.tenant, digest, content],
  );
  if (added[0]?.added !== true) return;
  await tx.query(
    `delete from plans p using (
       select digest from plans where tenant_id = $1 order by planned_at desc, digest offset $2 limit 100) old
      where p.tenant_id = $1 and p.digest = old.digest`,
    [tx.tenant, maxPlans],
  );
}
