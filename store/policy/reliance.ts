import type { Digest } from '../../core/digest.js';
import type { LostReliance } from '../../core/promotion/standing.js';
import type { Transaction } from '../database.js';
import { growsWithData } from '../prepared.js';
import { type PromotionRow, type StoredPromotion, toPromotion } from '../promotion/read.js';

/** A join: the attestations `a` that blocking gates of the newest round of promotion `p` relied on. */
const reliedOn = `
  join check_runs c on c.tenant_id = p.tenant_id and c.promotion_id = p.id and c.round = p.gate_round
                   and c.severity = 'BLOCKING'
  cross join lateral unnest(c.relied_on) as r (ref)
  join attestations a on a.tenant_id = p.tenant_id and a.id = substring(r.ref from position(':' in r.ref) + 1)`;

/** What the gates of a promotion relied on in their newest round and that does not count any more, by gate. */
export async function lostReliances(tx: Transaction, promotionId: string): Promise<readonly LostReliance[]> {
  const rows = await tx.query<{ gate_id: string; id: string; principal: string; valid_until: Date }>(
    `select distinct c.gate_id, a.id, k.principal, k.valid_until
       from promotions p ${reliedOn}
       join principal_keys k on k.tenant_id = p.tenant_id and k.key_id = a.key_id
      where p.tenant_id = $1 and p.id = $2 and k.valid_until <= a.registered_at
      order by c.gate_id, a.id limit 100`,
    [tx.tenant, promotionId],
  );
  return rows.map((row) => ({
    gate: row.gate_id,
    attestationId: row.id,
    signer: row.principal,
    keyEndedAt: row.valid_until.toISOString(),
  }));
}

/** What is live and was let into its lane on something that a key has signed. */
export async function liveRelyingOnKey(tx: Transaction, keyId: Digest): Promise<readonly StoredPromotion[]> {
  const rows = await tx.query<PromotionRow>(
    `select distinct on (p.id) p.* from promotions p ${reliedOn}
      where p.tenant_id = $1 and p.state = 'LIVE' and a.key_id = $2`,
    [tx.tenant, keyId],
    growsWithData,
  );
  return rows.map(toPromotion);
}
