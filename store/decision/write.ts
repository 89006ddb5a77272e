import type { Digest } from '../../core/digest.js';
import { canonicalJson, digestOf } from '../../core/hash.js';
import { requireBundle } from '../bundle/read.js';
import type { Transaction } from '../database.js';
import { appendEvent } from '../event/write.js';
import { evidenceOfBundle } from '../evidence/read.js';
import { laneHistory } from '../lane/history.js';
import { lastRound } from '../policy/read.js';
import { requirePromotion, type StoredPromotion } from '../promotion/read.js';
import type { StoredDecision } from './read.js';

/** A decision to record. */
export type NewDecision = Omit<StoredDecision, 'registeredAt' | 'promotionId'>;

/** Records a decision, accepted or refused, with its event. */
export async function recordDecision(
  tx: Transaction,
  promotion: Pick<StoredPromotion, 'id' | 'product' | 'lane' | 'bundle'>,
  decision: NewDecision,
): Promise<void> {
  const rows = await tx.query(
    `insert into decisions (tenant_id, id, promotion_id, verb, principal, accepted, refusal_code, refusal_reason,
                            attestation_id, statement_digest, nonce, policy_digest, facts_digest, comment, front_door)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
     on conflict (tenant_id, id) do nothing returning id`,
    [
      tx.tenant,
      decision.id,
      promotion.id,
      decision.verb,
      decision.principal,
      decision.accepted,
      decision.refusalCode,
      decision.refusalReason,
      decision.attestationId,
      decision.statementDigest,
      decision.nonce,
      decision.policyDigest,
      decision.factsDigest,
      decision.comment,
      decision.frontDoor,
    ],
  );
  if (rows.length === 0) return;
  await appendEvent(tx, {
    type: decision.accepted ? 'decision.recorded' : 'decision.refused',
    product: promotion.product,
    lane: promotion.lane,
    bundleDigest: promotion.bundle,
    promotionId: promotion.id,
    actor: decision.principal ?? undefined,
    data: {
      verb: decision.verb,
      ...(decision.accepted ? {} : { code: decision.refusalCode, reason: decision.refusalReason }),
    },
  });
}

/** What a person is shown before deciding. Its digest goes into the decision. */
export interface ShownFacts {
  readonly promotionId: string;
  readonly workflowId: string;
  readonly kind: string;
  readonly product: string;
  readonly lane: string;
  readonly bundle: Digest;
  readonly revision: string;
  readonly author: { readonly name: string; readonly email: string };
  readonly requester: string | null;
  readonly policyDigest: Digest;
  readonly liveBundle: Digest | null;
  readonly gates: readonly { readonly gate: string; readonly verdict: string; readonly explanation: string }[];
  readonly evidence: readonly {
    readonly id: string;
    readonly kind: string;
    readonly checksum: Digest;
    readonly signer: string;
  }[];
}

/** Collects what is known about a promotion, and stores it, so that a decision can name it. */
export async function showFacts(
  tx: Transaction,
  promotionId: string,
): Promise<{ readonly digest: Digest; readonly facts: ShownFacts }> {
  const promotion = await requirePromotion(tx, promotionId);
  const bundle = await requireBundle(tx, promotion.bundle);
  const [live] = await laneHistory(tx, promotion.product, promotion.lane, 1);
  const evidence = await evidenceOfBundle(tx, promotion.bundle);
  const facts: ShownFacts = {
    promotionId,
    workflowId: promotion.workflowId,
    kind: promotion.kind,
    product: promotion.product,
    lane: promotion.lane,
    bundle: promotion.bundle,
    revision: bundle.revision,
    author: bundle.author,
    requester: promotion.requester,
    policyDigest: promotion.policyDigest,
    liveBundle: live?.bundle ?? null,
    gates: (await lastRound(tx, promotionId)).map(({ gate, verdict, explanation }) => ({ gate, verdict, explanation })),
    evidence: evidence.map(({ id, kind, checksum, signer }) => ({ id, kind, checksum, signer })),
  };
  const content = canonicalJson(facts);
  const digest = digestOf(content);
  await tx.query(
    'insert into shown_facts (tenant_id, digest, promotion_id, content) values ($1, $2, $3, $4) on conflict do nothing',
    [tx.tenant, digest, promotionId, content],
  );
  return { digest, facts };
}
