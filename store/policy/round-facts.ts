import type { Digest } from '../../core/digest.js';
import { putTogether } from '../../core/policy/fact-sheet.js';
import type { ExplainedRound } from '../../core/policy/explain-round.js';
import type { Transaction } from '../database.js';
import { listOfBytes, readFactContents } from './facts.js';
import { requireSnapshot } from './read.js';

/**
 * What the newest round of gates of a promotion was decided on; undefined where there is none, or it is from before facts
 * were kept.
 *
 * @throws BUNDLE_CORRUPT when gates or facts no longer match their digests
 */
export async function factsOfLastRound(tx: Transaction, promotionId: string): Promise<ExplainedRound | undefined> {
  const [row] = await tx.query<{ policy_digest: Digest; evaluated_at: Date; facts: Buffer }>(
    `select r.policy_digest, r.evaluated_at, r.facts
       from promotions p
       join gate_rounds r on r.tenant_id = p.tenant_id and r.promotion_id = p.id and r.round = p.gate_round
      where p.tenant_id = $1 and p.id = $2 and r.facts is not null`,
    [tx.tenant, promotionId],
  );
  if (row === undefined) return undefined;
  const list = listOfBytes(row.facts);
  const contents = await readFactContents(tx, list);
  const { facts } = putTogether(list.map((digest) => JSON.parse(contents.get(digest) ?? 'null') as unknown));
  return { snapshot: await requireSnapshot(tx, row.policy_digest), facts, evaluatedAt: row.evaluated_at };
}
