import { caseOfPromotion, type CaseRef } from '../../core/decision/case.js';
import { type Refusal, refuseDecision } from '../../core/decision/check.js';
import { isForApprovers, isStart } from '../../core/decision/verbs.js';
import { isErrorCode } from '../../core/errors.js';
import type { Decision } from '../../core/evidence/decision.js';
import { predicateTypes } from '../../core/evidence/predicate-types.js';
import { digestOf } from '../../core/hash.js';
import { noCommits } from '../../core/policy/authorship.js';
import { scheduleIn } from '../../core/promotion/schedule.js';
import type { PromotionPhase } from '../../core/promotion/state.js';
import { refuseApprovalByWindow } from '../../core/restriction/refusals.js';
import { requireBundle } from '../../store/bundle/read.js';
import type { Transaction } from '../../store/database.js';
import {
  countRefused,
  decisionById,
  decisionByStatement,
  shownRound,
  type StoredDecision,
} from '../../store/decision/read.js';
import { useNonce, useOfNonce } from '../../store/decision/uses.js';
import { recordDecision } from '../../store/decision/write.js';
import { registerAttestation } from '../../store/evidence/write.js';
import { type StoredKey, wasValid } from '../../store/identity/read.js';
import { requireSnapshot } from '../../store/policy/read.js';
import type { StoredPromotion } from '../../store/promotion/read.js';
import { setRequester, subjectsOf } from '../../store/promotion/write.js';
import { restrictionsOn } from '../../store/restriction/read.js';
import { type Keys, readKeys } from '../policy/evidence-items.js';
import type { Preparation } from '../policy/preparation.js';
import { readCommitFacts } from '../policy/read-commits.js';
import { refusePlan } from '../policy/refuse-plan.js';
import { type ExaminedStatement, notEnrolled } from './examine-statement.js';

/** What became of a statement. */
export interface StatementOutcome {
  readonly accepted: boolean;
  readonly verb: StoredDecision['verb'];
  readonly principal: string;
  /** One line for people. */
  readonly text: string;
  /** Whether it had been handled before: then it changes nothing. */
  readonly again: boolean;
  /** Why it does not count, as a code of docs/errors.md. */
  readonly code?: string;
  readonly refusal?: Refusal;
}

/**
 * How many refused statements of one signer about one promotion are kept, and of all that no signature names. Beyond
 * that the sender still gets the reason, and no rows are added.
 */
const maxRefusedKept = 50;

/**
 * Decides whether a statement counts and records that, in the transaction that acts on it. A statement has one outcome:
 * sent again it returns that, and its nonce with anything else is a replay.
 *
 * @throws Unprepared
 */
export async function registerStatement(
  tx: Transaction,
  promotion: StoredPromotion,
  sent: ExaminedStatement,
  { known: verified, now }: { readonly known: Preparation; readonly now: Date },
): Promise<StatementOutcome> {
  const id = digestOf(`${promotion.id} ${sent.digest}`);
  const { signed } = sent;
  const known =
    (await decisionById(tx, id)) ??
    (signed === undefined
      ? undefined
      : await decisionByStatement(tx, caseOfPromotion(promotion), signed.statementDigest));
  if (known !== undefined) return outcomeOf(known, true);
  const keys = await readKeys(tx);
  const found = signed === undefined ? undefined : keys.get(signed.keyId);
  const key = found?.purpose === 'person' && wasValid(found, now) ? found : undefined;
  const refusal = sent.refusal ?? (await refusalOf(tx, promotion, sent, { key, keys, known: verified, now }));
  return outcomeOf(await record(tx, promotion, { ...sent, id }, key, refusal), false, refusal);
}

async function refusalOf(
  tx: Transaction,
  promotion: StoredPromotion,
  { signed, frontDoor }: ExaminedStatement,
  { key, keys, known, now }: { key: StoredKey | undefined; keys: Keys; known: Preparation; now: Date },
): Promise<Refusal | undefined> {
  if (signed === undefined || key === undefined) return notEnrolled;
  const { decision } = signed;
  const used = await useOfNonce(tx, key.principal, decision.nonce);
  if (used !== undefined) {
    const burnt = used.case === null && used.statementDigest === signed.statementDigest;
    if (burnt && isErrorCode(used.refusalCode))
      return { code: used.refusalCode, reason: `${used.refusalReason ?? ''}; it was refused before` };
    return { code: 'DECISION_REPLAYED', reason: `${key.principal} has already used its nonce for something else` };
  }
  const roles = [...keys.values()].find((one) => one.principal === promotion.requester)?.roles ?? [];
  const approver = { name: key.principal, roles: key.roles };
  // The statement that starts a promotion is judged before there is a phase.
  const phase: PromotionPhase = frontDoor === 'START' ? 'REQUESTED' : promotion.state;
  const refusal = refuseDecision(decision, {
    ...promotion,
    tenant: tx.tenant,
    promotionId: promotion.id,
    phase,
    snapshot: await requireSnapshot(tx, promotion.policyDigest),
    signer: key,
    facts: {
      bundle: {
        commits: isForApprovers(decision.verb)
          ? await readCommitFacts(tx, known, promotion, await requireBundle(tx, promotion.bundle), keys)
          : noCommits,
      },
      ...(promotion.requester !== null && { requester: { principal: promotion.requester, roles } }),
    },
    factsWereShown:
      decision.facts !== undefined && (await shownRound(tx, caseOfPromotion(promotion), decision.facts)) !== undefined,
    approvalsClosed: refuseApprovalByWindow(await restrictionsOn(tx, promotion), promotion, approver, now),
    now,
  });
  return refusal ?? refuseStale(tx, promotion, decision, { known, now });
}

/** A request that names a plan counts only while that holds: everything that it rests on is read again. */
async function refuseStale(
  tx: Transaction,
  { product, lane, bundle, kind }: StoredPromotion,
  decision: Decision,
  { known, now }: { readonly known: Preparation; readonly now: Date },
): Promise<Refusal | undefined> {
  const { plan, principal: requester } = decision;
  const planned = { product, lane, bundle, kind, requester, schedule: scheduleIn(decision) };
  return plan && refusePlan(tx, known, plan, planned, now);
}

/** Records a statement. One that counts becomes evidence, dated by our own registration. */
async function record(
  tx: Transaction,
  promotion: StoredPromotion,
  { signed, frontDoor, digest, id }: ExaminedStatement & { readonly id: StoredDecision['id'] },
  key: StoredKey | undefined,
  refusal: Refusal | undefined,
): Promise<Omit<StoredDecision, 'registeredAt'>> {
  const decision = signed?.decision;
  // A name is recorded only when the signature proves it.
  const principal = key !== undefined && decision?.principal === key.principal ? key.principal : null;
  const counts = refusal === undefined && signed !== undefined && key !== undefined;
  const attestation = counts
    ? await registerAttestation(tx, {
        kind: 'decision',
        predicateType: predicateTypes.decision,
        checksum: signed.checksum,
        statementDigest: signed.statementDigest,
        keyId: key.keyId,
        producedByRun: `${promotion.workflowId}/${promotion.firstRunId}`,
        subjects: [{ digest: promotion.bundle, type: 'bundle' }],
      })
    : undefined;
  const file = caseOfPromotion(promotion);
  const stored: Omit<StoredDecision, 'registeredAt'> = {
    id,
    case: file,
    verb: decision?.verb ?? 'unknown',
    principal,
    accepted: counts,
    refusalCode: refusal?.code ?? null,
    refusalReason: refusal?.reason ?? null,
    attestationId: attestation?.attestation.id ?? null,
    statementDigest: signed?.statementDigest ?? digest,
    nonce: decision?.nonce ?? null,
    policyDigest: decision?.policySnapshot ?? null,
    factsDigest: decision?.facts ?? null,
    shownRound:
      decision?.facts === undefined
        ? null
        : ((await shownRound(tx, caseOfPromotion(promotion), decision.facts)) ?? null),
    comment: decision?.comment ?? null,
    frontDoor,
  };
  if (counts || (await countRefused(tx, file, principal)) < maxRefusedKept) {
    await recordDecision(tx, stored, subjectsOf(promotion));
    if (key !== undefined && signed !== undefined) await useNonceOf(tx, signed, key, file, refusal);
  }
  if (counts && isStart(stored.verb))
    await setRequester(tx, promotion.id, {
      ...{ principal: key.principal, attestationId: stored.attestationId ?? '', schedule: decision ?? {} },
    });
  return stored;
}

/** Uses the nonce of a signed statement up; without a case when it was to start something and was refused. */
export async function useNonceOf(
  tx: Transaction,
  signed: NonNullable<ExaminedStatement['signed']>,
  key: Pick<StoredKey, 'principal'>,
  file: CaseRef | null,
  refusal: Refusal | undefined,
): Promise<void> {
  await useNonce(tx, {
    principal: key.principal,
    nonce: signed.decision.nonce,
    statementDigest: signed.statementDigest,
    case: file,
    refusalCode: refusal?.code ?? null,
    refusalReason: refusal?.reason ?? null,
  });
}

function outcomeOf(
  decision: Omit<StoredDecision, 'registeredAt'>,
  again: boolean,
  refusal?: Refusal,
): StatementOutcome {
  const who = decision.principal ?? 'an unknown signer';
  const what = decision.verb === 'unknown' ? 'a decision' : decision.verb;
  const how = decision.accepted
    ? `${decision.verb} by ${who} is recorded`
    : `${what} by ${who} was refused (${decision.refusalCode ?? ''}): ${decision.refusalReason ?? ''}`;
  return {
    accepted: decision.accepted,
    verb: decision.verb,
    principal: who,
    text: again ? `${how}; it had been sent before` : how,
    again,
    ...(decision.refusalCode !== null && { code: decision.refusalCode }),
    ...(refusal !== undefined && { refusal }),
  };
}
