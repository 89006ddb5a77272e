import type { Digest } from '../../core/digest.js';
import type { Lane } from '../../core/lanes.js';
import type { WaitingPromotion } from '../../core/restriction/waiting.js';
import type { Transaction } from '../database.js';
import { growsWithData } from '../prepared.js';

/** Which promotions are asked for. */
interface WaitingFilter {
  /** All if empty. */
  readonly product: string;
  readonly lane: Lane | undefined;
  readonly limit: number;
}

interface WaitingRow {
  id: string;
  product: string;
  lane: Lane;
  bundle_digest: Digest;
  requester: string | null;
  created_at: Date;
  starts_at: Date | null;
  not_after: Date | null;
  soaks: readonly { gate: string; opens_at: string; round: number; evaluated_at: string }[];
}

/** Promotions that have not begun to take their lane and wait for time: for that of their schedule, or of a gate. */
export async function waitingPromotions(
  tx: Transaction,
  { product, lane, limit }: WaitingFilter,
): Promise<readonly WaitingPromotion[]> {
  const rows = await tx.query<WaitingRow>(
    `select * from (
       select p.id, p.product, p.lane, p.bundle_digest, p.requester, p.created_at, p.starts_at, p.not_after,
              coalesce((
                select jsonb_agg(jsonb_build_object('gate', c.gate_id, 'opens_at', c.recheck_at, 'round', c.round,
                                                    'evaluated_at', c.evaluated_at) order by c.gate_id)
                  from check_runs c
                 where c.tenant_id = p.tenant_id and c.promotion_id = p.id and c.round = p.gate_round
                   and c.verdict = 'PENDING' and c.waits_for = 'time' and c.recheck_at is not null), '[]') as soaks
         from promotions p
        where p.tenant_id = $1 and p.ended_at is null
          and p.state in ('REQUESTED', 'GATING', 'AWAITING_APPROVAL', 'QUEUED')
          and ($2 = '' or p.product = $2) and ($3 = '' or p.lane = $3)) w
      where w.starts_at is not null or w.not_after is not null or jsonb_array_length(w.soaks) > 0
      order by w.created_at, w.id limit $4`,
    [tx.tenant, product, lane ?? '', limit],
    growsWithData,
  );
  return rows.map((row) => ({
    ...{ id: row.id, product: row.product, lane: row.lane, bundle: row.bundle_digest },
    ...{ requester: row.requester ?? undefined, requestedAt: row.created_at },
    ...{ startsAt: row.starts_at ?? undefined, notAfter: row.not_after ?? undefined },
    soaks: row.soaks.map(({ gate, opens_at, round, evaluated_at }) => ({
      ...{ gate, opensAt: new Date(opens_at), round, evaluatedAt: new Date(evaluated_at) },
    })),
  }));
}
