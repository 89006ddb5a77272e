import type { Refusal } from '../../core/decision/check.js';
import {
  needsSecondPerson,
  refuseApproval,
  refuseRejection,
  refuseRequest,
  type Signer,
  takesAway,
} from '../../core/enrolment/rules.js';
import { LanekeeperError } from '../../core/errors.js';
import type { EnrolmentSaid } from '../../core/evidence/enrolment.js';
import { parseEnrolmentStatement } from '../../core/evidence/read-enrolment.js';
import { shortId } from '../../core/ids.js';
import type { Database, Transaction } from '../../store/database.js';
import {
  countEnrolments,
  enrolInTurn,
  enrolmentOfStatement,
  isNonceUsed,
  requireEnrolment,
  statementsOf,
  type StoredEnrolment,
  type StoredEnrolmentStatement,
} from '../../store/enrolment/read.js';
import { decideEnrolment, openEnrolment, recordStatement } from '../../store/enrolment/write.js';
import { enrolledKeys, requirePrincipal, wasValid } from '../../store/identity/read.js';
import { applyChange, requireSensible, subjectOfChange } from './apply.js';
import { type Examined, examineStatement, nonceUsed, requireSigner } from './examine.js';

/**
 * How many enrolments may wait, of one person and in all, and for how many one person may ask in a day: each is kept for
 * good.
 */
const most = { ownWaiting: 50, waiting: 500, ownToday: 200 } as const;

/** What submitting needs. */
export interface SubmitDeps {
  readonly database: Database;
  readonly now: () => Date;
}

/** An enrolment with everything that people have signed about it. */
export interface SubmittedEnrolment {
  readonly enrolment: StoredEnrolment;
  readonly statements: readonly StoredEnrolmentStatement[];
}

/**
 * Takes a signed statement about who is who. A request that one person may decide counts at once; another waits until a
 * second operator approves it. The same statement again changes nothing and answers the same.
 *
 * @throws EVIDENCE_INVALID, SIGNATURE_INVALID and the refusals of `core/enrolment/rules.ts`; nothing is recorded then
 */
export async function submitStatement(deps: SubmitDeps, signed: Uint8Array): Promise<SubmittedEnrolment> {
  const examined = await examineStatement(deps, signed, parseEnrolmentStatement);
  return deps.database.transaction(examined.said.tenant, async (tx) => {
    await enrolInTurn(tx);
    const enrolment =
      (await enrolmentOfStatement(tx, examined.statementDigest)) ?? (await take(tx, examined, deps.now()));
    return { enrolment, statements: await statementsOf(tx, [enrolment.id]) };
  });
}

async function take(tx: Transaction, examined: Examined<EnrolmentSaid>, now: Date): Promise<StoredEnrolment> {
  const signer = await requireSigner(tx, examined, now, refused);
  const { said } = examined;
  if (await isNonceUsed(tx, said.principal, said.nonce)) throw refused(said, nonceUsed);
  return said.verb === 'request'
    ? request(tx, { ...examined, said }, signer, now)
    : decide(tx, { ...examined, said }, signer, now);
}

async function request(
  tx: Transaction,
  examined: Examined<EnrolmentSaid> & { readonly said: Extract<EnrolmentSaid, { verb: 'request' }> },
  signer: Signer,
  now: Date,
): Promise<StoredEnrolment> {
  const { said } = examined;
  const { change } = said;
  const subject = await subjectOfChange(tx, change);
  const refusal = refuseRequest(change, signer, subject);
  if (refusal !== undefined) throw refused(said, refusal);
  await requireSensible(tx, change, now);
  const needsSecond = needsSecondPerson(change, signer, subject);
  if (!takesAway(change)) await requireRoom(tx, signer, needsSecond);
  const enrolment = await openEnrolment(
    tx,
    { change, needsSecond, expiresAt: new Date(said.expiresAt) },
    { ...examined, ...said },
  );
  if (needsSecond) return enrolment;
  await applyChange(tx, change, signer.name);
  return decideEnrolment(tx, enrolment, { state: 'APPLIED', by: signer.name });
}

async function decide(
  tx: Transaction,
  examined: Examined<EnrolmentSaid> & { readonly said: Extract<EnrolmentSaid, { verb: 'approve' | 'reject' }> },
  signer: Signer,
  now: Date,
): Promise<StoredEnrolment> {
  const { said } = examined;
  const enrolment = await requireEnrolment(tx, said.enrolment);
  requireWaiting(enrolment, now);
  const { change, requestedBy } = enrolment;
  const refusal = said.verb === 'approve' ? refuseApproval(requestedBy, signer) : refuseRejection(requestedBy, signer);
  if (refusal !== undefined) throw refused(said, refusal);
  await recordStatement(tx, enrolment.id, { ...examined, ...said });
  if (said.verb === 'reject') return decideEnrolment(tx, enrolment, { state: 'REJECTED', by: signer.name });
  // Whoever asked for it may have lost the right to since then, or the key with which they did.
  const requester = await requireRequester(tx, enrolment, said, now);
  const lost = refuseRequest(change, requester, await subjectOfChange(tx, change));
  if (lost !== undefined) throw refused(said, { ...lost, reason: `${requestedBy} may not ask for it any more` });
  await applyChange(tx, change, requestedBy);
  return decideEnrolment(tx, enrolment, { state: 'APPLIED', by: signer.name });
}

async function requireRequester(
  tx: Transaction,
  { id, requestedBy }: StoredEnrolment,
  said: EnrolmentSaid,
  now: Date,
): Promise<Signer> {
  const asked = (await statementsOf(tx, [id])).find(({ verb }) => verb === 'request');
  const key = (await enrolledKeys(tx)).find(({ keyId }) => keyId === asked?.keyId);
  if (asked === undefined || key === undefined || !wasValid(key, asked.registeredAt) || !wasValid(key, now))
    throw refused(said, {
      code: 'UNTRUSTED_SIGNER',
      reason: `the key with which ${requestedBy} asked for it was revoked`,
    });
  return { ...(await requirePrincipal(tx, requestedBy)), keyHeldIn: key.heldIn };
}

async function requireRoom(tx: Transaction, { name }: Signer, waits: boolean): Promise<void> {
  const { waiting, ownWaiting, ownToday } = await countEnrolments(tx, name);
  if (waits && (ownWaiting >= most.ownWaiting || waiting >= most.waiting))
    throw new LanekeeperError('LIMIT_EXCEEDED', {
      message: 'too many enrolments wait for a second operator',
      object: `principal ${name}`,
      why: `${name} has asked for ${String(ownWaiting)}, and all together for ${String(waiting)}`,
      next: 'lane enrolment list, then lane enrolment approve or reject',
    });
  if (ownToday >= most.ownToday)
    throw new LanekeeperError('LIMIT_EXCEEDED', {
      message: `${name} has asked for ${String(ownToday)} changes of who is who within a day`,
      object: `principal ${name}`,
      why: 'each is kept for good',
      next: 'try again tomorrow, or have another operator ask for it',
    });
}

function requireWaiting({ id, state, decidedBy, expiresAt }: StoredEnrolment, now: Date): void {
  if (state === 'PENDING' && expiresAt > now) return;
  throw new LanekeeperError('WRONG_STATE', {
    message: `enrolment ${shortId(id)} does not wait any more`,
    object: `enrolment ${shortId(id)}`,
    why:
      state === 'PENDING'
        ? `it could be approved until ${expiresAt.toISOString()}`
        : `it was ${state === 'APPLIED' ? 'applied' : 'rejected'} by ${decidedBy ?? 'somebody'}`,
    next: 'ask for it again, if it is still wanted',
  });
}

function refused({ verb, principal }: EnrolmentSaid, { code, reason }: Refusal): LanekeeperError {
  return new LanekeeperError(code, {
    message: `the ${verb === 'request' ? 'request' : verb === 'approve' ? 'approval' : 'rejection'} of ${principal} does not count`,
    object: `principal ${principal}`,
    why: reason,
    next: 'lane principal list shows who has the role operator',
  });
}
