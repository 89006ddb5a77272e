import { caseOfPromotion } from '../../core/decision/case.js';
import type { Digest } from '../../core/digest.js';
import { canonicalJson, digestOf } from '../../core/hash.js';
import { requireBundle } from '../bundle/read.js';
import type { Transaction } from '../database.js';
import { evidenceOfBundle } from '../evidence/read.js';
import { laneHistory } from '../lane/history.js';
import { lastRound } from '../policy/read.js';
import { requirePromotion } from '../promotion/read.js';

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
  /** What is said besides the gates. */
  readonly notices: readonly { readonly notice: string; readonly explanation: string }[];
  readonly evidence: readonly {
    readonly id: string;
    readonly kind: string;
    readonly checksum: Digest;
    readonly signer: string;
  }[];
}

/** Collects what is known about a promotion and stores it, so that a decision can name its digest. */
export async function recordShownFacts(
  tx: Transaction,
  promotionId: string,
): Promise<{ readonly digest: Digest; readonly facts: ShownFacts }> {
  const promotion = await requirePromotion(tx, promotionId);
  const bundle = await requireBundle(tx, promotion.bundle);
  const [live] = await laneHistory(tx, promotion.product, promotion.lane, 1);
  const evidence = await evidenceOfBundle(tx, promotion.bundle);
  const { gates, notices } = await lastRound(tx, promotionId);
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
    gates: gates.map(({ gate, verdict, explanation }) => ({ gate, verdict, explanation })),
    notices: notices.map(({ notice, explanation }) => ({ notice, explanation })),
    evidence: evidence.map(({ id, kind, checksum, signer }) => ({ id, kind, checksum, signer })),
  };
  const content = canonicalJson(facts);
  const digest = digestOf(content);
  const { kind, id } = caseOfPromotion(promotion);
  await tx.query(
    `insert into shown_facts (tenant_id, digest, case_kind, case_id, content, round)
     values ($1, $2, $3, $4, $5, $6) on conflict do nothing`,
    [tx.tenant, digest, kind, id, content, promotion.gateRound],
  );
  return { digest, facts };
}
