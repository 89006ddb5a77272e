import type { Digest } from '../../core/digest.js';
import type { Lane } from '../../core/lanes.js';
import type { LiveInterval } from '../../core/policy/facts.js';
import type { Transaction } from '../database.js';

/** When a bundle was live in lanes, in each since it was last rolled back there, the oldest first. */
export async function liveTimes(
  tx: Transaction,
  { product, bundle, lanes }: { readonly product: string; readonly bundle: Digest; readonly lanes: readonly Lane[] },
): Promise<ReadonlyMap<Lane, readonly LiveInterval[]>> {
  const rows = await tx.query<{ lane: Lane; live_at: Date; ended_at: Date | null }>(
    `select p.lane, p.live_at, p.ended_at from promotions p
      where p.tenant_id = $1 and p.product = $2 and p.bundle_digest = $3 and p.lane::text = any($4) and p.live_at is not null
        and p.live_at > coalesce((
          select max(r.ended_at) from promotions r
           where r.tenant_id = $1 and r.product = $2 and r.bundle_digest = $3 and r.lane = p.lane and r.state = 'ROLLED_BACK'
        ), '-infinity')
      order by p.live_at`,
    [tx.tenant, product, bundle, lanes],
  );
  const times = new Map<Lane, LiveInterval[]>(lanes.map((lane) => [lane, []]));
  for (const { lane, live_at: from, ended_at: to } of rows)
    times.get(lane)?.push({ from: from.toISOString(), ...(to !== null && { to: to.toISOString() }) });
  return times;
}

/** In which of some lanes of products something is live. */
export async function liveLanes(
  tx: Transaction,
  lanes: readonly { readonly product: string; readonly lane: Lane }[],
): Promise<readonly { readonly product: string; readonly lane: Lane; readonly live: boolean }[]> {
  return tx.query(
    `select w.product, w.lane, exists (
              select 1 from lane_history h
               where h.tenant_id = $1 and h.product = w.product and h.lane::text = w.lane and h.withdrawn_by is null) as live
       from unnest($2::text[], $3::text[]) as w (product, lane)`,
    [tx.tenant, lanes.map(({ product }) => product), lanes.map(({ lane }) => lane)],
  );
}
