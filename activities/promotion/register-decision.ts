import { verifyStatement } from '../../adapters/sigstore/verify-statement.js';
import { type Refusal, refuseDecision } from '../../core/decision/check.js';
import type { Digest } from '../../core/digest.js';
import { asLanekeeperError, LanekeeperError } from '../../core/errors.js';
import { type Decision, parseDecisionStatement } from '../../core/evidence/decision.js';
import { predicateTypes } from '../../core/evidence/predicate-types.js';
import { digestOf } from '../../core/hash.js';
import type { DecisionOutcome } from '../../core/promotion/events.js';
import type { PromotionPhase } from '../../core/promotion/state.js';
import { registerAttestation } from '../../store/evidence/write.js';
import type { Transaction } from '../../store/database.js';
import { decisionById, decisionByNonce, type StoredDecision, wereShown } from '../../store/decision/read.js';
import { recordDecision } from '../../store/decision/write.js';
import { requireSnapshot } from '../../store/policy/read.js';
import { enrolledKeys, type StoredKey, wasValid } from '../../store/identity/read.js';
import { lockPromotion, type StoredPromotion } from '../../store/promotion/read.js';
import { setRequester } from '../../store/promotion/write.js';
import { gatherFacts } from '../policy/gather-facts.js';
import type { ControlDeps } from './deps.js';
import type { PromotionControlActivities } from './types.js';

interface Submission {
  readonly phase: PromotionPhase;
  readonly statement: unknown;
  readonly frontDoor: 'UPDATE' | 'SIGNAL' | 'START';
  readonly expectedVerb?: string;
}

/** The result of judging a submitted statement. */
export interface Judgement {
  readonly id: string;
  readonly bytes: Buffer;
  readonly frontDoor: Submission['frontDoor'];
  readonly decision?: Decision;
  readonly key?: StoredKey;
  readonly statementDigest: Digest;
  readonly refusal?: Refusal;
  /** How the same statement was handled before. */
  readonly known?: StoredDecision;
}

/**
 * Verifies a statement from any front door, records it, and returns what it means. A refused one changes nothing else.
 */
export async function registerDecision(
  deps: ControlDeps,
  input: Parameters<PromotionControlActivities['registerDecision']>[0],
): Promise<DecisionOutcome> {
  return deps.database.transaction(input.tenant, async (tx) => {
    const promotion = await lockPromotion(tx, input.promotionId);
    const judgement = await judgeStatement(deps, tx, promotion, input);
    if (judgement.known !== undefined) return outcomeOf(judgement.known, true);
    const attestationId = await recordJudgement(deps, tx, promotion, judgement);
    if (judgement.refusal === undefined && judgement.decision?.verb === 'request') {
      await setRequester(tx, promotion.id, { principal: judgement.decision.principal, attestationId });
    }
    const stored = await decisionById(tx, judgement.id);
    if (stored === undefined)
      throw new LanekeeperError('INTERNAL', {
        message: 'a decision was recorded but cannot be found',
        object: `decision ${judgement.id}`,
      });
    return outcomeOf(stored, false);
  });
}

/** Determines whether a statement counts. Writes nothing. */
export async function judgeStatement(
  deps: ControlDeps,
  tx: Transaction,
  promotion: StoredPromotion,
  submission: Submission,
): Promise<Judgement> {
  const bytes = Buffer.from(
    typeof submission.statement === 'string' ? submission.statement : JSON.stringify(submission.statement ?? null),
    'utf8',
  );
  const base = {
    id: digestOf(`${promotion.id} ${digestOf(bytes)}`),
    bytes,
    frontDoor: submission.frontDoor,
    statementDigest: digestOf(bytes),
  };
  const same = await decisionById(tx, base.id);
  if (same !== undefined) return { ...base, known: same };
  const keys = (await enrolledKeys(tx)).filter((key) => key.purpose === 'person' && wasValid(key, deps.now()));
  try {
    const verified = verifyStatement(
      bytes,
      keys.map((key) => key.publicKeyPem),
    );
    const key = keys.find((candidate) => candidate.keyId === verified.keyId);
    if (key === undefined)
      throw new LanekeeperError('UNTRUSTED_SIGNER', { message: 'it is not signed by an enrolled person' });
    const signed = { ...base, key, statementDigest: verified.statementDigest };
    const decision = parseDecisionStatement(verified.statement);
    const used = await decisionByNonce(tx, decision.principal, decision.nonce);
    if (used?.promotionId === promotion.id && used.statementDigest === verified.statementDigest)
      return { ...signed, decision, known: used };
    const refusal =
      used === undefined ? await refuse(deps, tx, promotion, submission, decision, key) : replayed(decision);
    return { ...signed, decision, ...(refusal !== undefined && { refusal }) };
  } catch (error) {
    const known = asLanekeeperError(error);
    if (known === undefined || known.code === 'UNAVAILABLE') throw error;
    return { ...base, refusal: { code: known.code, reason: known.why ?? known.message } };
  }
}

function replayed(decision: Decision): Refusal {
  return {
    code: 'DECISION_REPLAYED',
    reason: `${decision.principal} has already used its nonce for something else`,
  };
}

async function refuse(
  deps: ControlDeps,
  tx: Transaction,
  promotion: StoredPromotion,
  submission: Submission,
  decision: Decision,
  key: StoredKey,
): Promise<Refusal | undefined> {
  if (submission.expectedVerb !== undefined && decision.verb !== submission.expectedVerb) {
    return {
      code: 'DECISION_MISMATCH',
      reason: `its verb is ${decision.verb}; this front door accepts ${submission.expectedVerb}`,
    };
  }
  const facts = await gatherFacts(tx, deps.blobs, { ...promotion, promotionId: promotion.id, kinds: new Set() });
  return refuseDecision(decision, {
    ...promotion,
    tenant: tx.tenant,
    promotionId: promotion.id,
    phase: submission.phase,
    snapshot: await requireSnapshot(tx, promotion.policyDigest),
    signer: { principal: key.principal, roles: key.roles },
    facts,
    factsWereShown: decision.facts !== undefined && (await wereShown(tx, promotion.id, decision.facts)),
    now: deps.now(),
  });
}

/**
 * Records a judgement. A statement that counts becomes evidence, dated by our own registration. Returns its attestation
 * id, or an empty string.
 */
export async function recordJudgement(
  deps: ControlDeps,
  tx: Transaction,
  promotion: StoredPromotion,
  judgement: Judgement,
): Promise<string> {
  const { decision, key, refusal } = judgement;
  let attestationId: string | null = null;
  if (refusal === undefined && decision !== undefined && key !== undefined) {
    const { attestation } = await registerAttestation(tx, {
      kind: 'decision',
      predicateType: predicateTypes.decision,
      checksum: await deps.blobs.put(judgement.bytes),
      statementDigest: judgement.statementDigest,
      keyId: key.keyId,
      producedByRun: `${promotion.workflowId}/${promotion.id}`,
      subjects: [{ digest: promotion.bundle, type: 'bundle' }],
    });
    attestationId = attestation.id;
  }
  await recordDecision(tx, promotion, {
    id: judgement.id,
    verb: decision?.verb ?? 'unknown',
    // A name is recorded only when the signature proves it.
    principal: key !== undefined && decision?.principal === key.principal ? key.principal : null,
    accepted: refusal === undefined,
    refusalCode: refusal?.code ?? null,
    refusalReason: refusal?.reason ?? null,
    attestationId,
    statementDigest: judgement.statementDigest,
    nonce: decision?.nonce ?? null,
    policyDigest: decision?.policySnapshot ?? null,
    factsDigest: decision?.facts ?? null,
    comment: decision?.comment ?? null,
    frontDoor: judgement.frontDoor,
  });
  return attestationId ?? '';
}

function outcomeOf(decision: StoredDecision, again: boolean): DecisionOutcome {
  const who = decision.principal ?? 'an unknown signer';
  const how = decision.accepted
    ? `${decision.verb} by ${who} is recorded`
    : `${decision.verb === 'unknown' ? 'a decision' : decision.verb} by ${who} was refused (${decision.refusalCode ?? ''}): ${decision.refusalReason ?? ''}`;
  return {
    accepted: decision.accepted,
    verb: decision.verb,
    principal: who,
    text: again ? `${how}; it had been sent before` : how,
  };
}
