import type { Digest } from '../../core/digest.js';
import { promotionStatement } from '../../core/evidence/promotion.js';
import { type Statement, statementBytes, type Subject, subjectOf } from '../../core/evidence/statement.js';
import { verificationSummaryStatement } from '../../core/evidence/verification-summary.js';
import { attestationById } from '../../store/evidence/read.js';
import { requireBundle } from '../../store/bundle/read.js';
import { lastRound } from '../../store/policy/read.js';
import type { Transaction } from '../../store/database.js';
import { decisionsOf } from '../../store/decision/read.js';
import { requirePromotion, type StoredPromotion } from '../../store/promotion/read.js';
import { withTranslatedErrors } from '../failures.js';
import type { AttestActivities } from './types.js';
import { type SigningDeps, signOnce } from '../evidence/sign-once.js';

/** What the `sign` queue needs to attest promotions: the verification key and no other. */
export type AttestDeps = Pick<SigningDeps, 'database' | 'blobs' | 'signer'>;

/**
 * The activities of the `sign` queue that promotions use. A retry after a crash builds the same statement and finds the
 * first signature.
 */
export function createAttestActivities(deps: AttestDeps): AttestActivities {
  return withTranslatedErrors<AttestActivities>({
    async attestVerification(input) {
      const { promotion, subjects, checksums } = await deps.database.transaction(input.tenant, (tx) =>
        gather(tx, input.promotionId),
      );
      const statement = verificationSummaryStatement({
        subject: subjects,
        timeVerified: input.at,
        resourceUri: `lanekeeper://${input.tenant}/${promotion.product}/${promotion.lane}`,
        policySnapshot: promotion.policyDigest,
        inputs: checksums.reliedOn,
        passed: input.outcome === 'LIVE',
        level: `LANEKEEPER_${promotion.lane.toUpperCase()}`,
      });
      return sign(deps, input.tenant, promotion, statement);
    },
    async attestPromotion(input) {
      const { promotion, subjects, checksums } = await deps.database.transaction(input.tenant, (tx) =>
        gather(tx, input.promotionId),
      );
      const { workflowId, kind, product, lane, policyDigest, requester, createdAt } = promotion;
      const statement = promotionStatement(subjects, {
        kind,
        tenant: input.tenant,
        product,
        lane,
        promotion: { workflowId, firstRunId: promotion.id },
        outcome: input.outcome === 'SUPERSEDED' || input.outcome === 'ROLLED_BACK' ? 'LIVE' : input.outcome,
        policySnapshot: policyDigest,
        decisions: checksums.decisions,
        startedAt: createdAt.toISOString(),
        finishedAt: input.at,
        ...(requester !== null && { requester }),
      });
      return sign(deps, input.tenant, promotion, statement);
    },
  });
}

async function gather(tx: Transaction, promotionId: string) {
  const promotion = await requirePromotion(tx, promotionId);
  const bundle = await requireBundle(tx, promotion.bundle);
  const images = bundle.artifacts.filter((artifact) => artifact.kind === 'image');
  const subjects: Subject[] = [
    subjectOf(promotion.product, promotion.bundle),
    ...images.map((image) => subjectOf(image.name, image.digest)),
  ];
  const reliedOn = [...new Set((await lastRound(tx, promotionId)).flatMap((gate) => gate.reliedOn))].sort();
  const decided = (await decisionsOf(tx, promotionId)).flatMap((decision) =>
    decision.accepted && decision.attestationId !== null ? [decision.attestationId] : [],
  );
  return {
    promotion,
    subjects,
    checksums: { reliedOn: await checksumsOf(tx, reliedOn), decisions: await checksumsOf(tx, decided) },
  };
}

async function checksumsOf(tx: Transaction, ids: readonly string[]): Promise<readonly Digest[]> {
  const found: Digest[] = [];
  for (const id of ids) {
    const attestation = await attestationById(tx, id);
    if (attestation !== undefined) found.push(attestation.checksum);
  }
  return found;
}

async function sign(
  deps: AttestDeps,
  tenant: string,
  promotion: StoredPromotion,
  statement: Statement,
): Promise<string> {
  const { database, blobs, signer } = deps;
  const { id } = await signOnce(
    { database, blobs, signer },
    {
      tenant,
      statement,
      payload: statementBytes(statement),
      producedByRun: `${promotion.workflowId}/${promotion.id}`,
      subjects: [{ digest: promotion.bundle, type: 'bundle' }],
    },
  );
  return id;
}
