import type { Refusal } from '../../../core/decision/check.js';
import { LanekeeperError } from '../../../core/errors.js';
import { parseRestrictionAct } from '../../../core/evidence/read-restriction-act.js';
import type { RestrictionAct } from '../../../core/evidence/restriction-act.js';
import { keyText, type Restriction, scopeOf } from '../../../core/restriction/model.js';
import { refuseRestriction } from '../../../core/restriction/rules.js';
import { actInWords } from '../../../core/restriction/words.js';
import { unseenIn } from '../../../core/unseen.js';
import { nameOfPath } from '../../../core/yaml-file/schema-problems.js';
import { productOfBundle } from '../../../store/bundle/read.js';
import type { Transaction } from '../../../store/database.js';
import { missingProducts } from '../../../store/product/read.js';
import {
  countRestrictions,
  isRestrictionNonceUsed,
  restrictionOfStatement,
} from '../../../store/restriction/changes.js';
import {
  findRestriction,
  requireRestriction,
  restrictInTurn,
  type StoredRestriction,
} from '../../../store/restriction/read.js';
import { changeRestriction } from '../../../store/restriction/write.js';
import { type Examined, type ExamineDeps, examineStatement, nonceUsed, requireSigner } from '../examine.js';
import { whomToAsk } from '../whom-to-ask.js';
import { noticesAbout } from './notices.js';

/** How many windows, scopes and recalls a tenant may have, and how many changes a person may make in a day: each is kept. */
const most = { restrictions: 5_000, ownToday: 500 } as const;

/** A restriction after a statement was taken. */
export interface SubmittedRestriction {
  readonly restriction: StoredRestriction;
  /** The revision that the statement made; the restriction may have newer ones. */
  readonly revision: number;
  /** What may be meant otherwise: it counts all the same. */
  readonly notices: readonly string[];
}

/**
 * Takes a signed statement about a window, the holds of a scope, or a recall. The same statement again changes nothing and
 * answers with the revision that it made.
 *
 * @throws EVIDENCE_INVALID, SIGNATURE_INVALID, CONFLICT, WRONG_STATE, NOT_FOUND, LIMIT_EXCEEDED and the refusals of
 *   `core/restriction/rules.ts`; nothing is recorded then
 */
export async function submitRestriction(deps: ExamineDeps, signed: Uint8Array): Promise<SubmittedRestriction> {
  const examined = await examineStatement(deps, signed, parseRestrictionAct);
  return deps.database.transaction(examined.said.tenant, async (tx) => {
    await restrictInTurn(tx);
    const known = await restrictionOfStatement(tx, examined.statementDigest);
    const notices = await noticesAbout(tx, examined.said);
    if (known !== undefined)
      return { restriction: await requireRestriction(tx, known), revision: known.revision, notices };
    const restriction = await take(tx, examined, deps.now());
    return { restriction, revision: restriction.revision, notices };
  });
}

async function take(tx: Transaction, examined: Examined<RestrictionAct>, now: Date): Promise<StoredRestriction> {
  const { said } = examined;
  const signer = await requireSigner(tx, examined, now, refused);
  if (await isRestrictionNonceUsed(tx, said.principal, said.nonce)) throw refused(said, nonceUsed);
  const current = await findRestriction(tx, said);
  const before = current && { ...current, putBy: current.changedBy };
  const refusal = refuseRestriction(said, signer, before);
  if (refusal !== undefined) {
    const { roles } = refusal;
    const next = roles === undefined ? nextOf(said) : `${await whomToAsk(tx, roles, said.principal)}; ${nextOf(said)}`;
    throw refused(said, refusal, next);
  }
  requireSeen(said);
  requireCurrent(said, current);
  await requireRoom(tx, said, current);
  const was = current?.state === 'ACTIVE' ? current.restriction : undefined;
  if (said.verb === 'put') await requireObjects(tx, said);
  const words = actInWords(said, was);
  const restriction = said.verb === 'put' ? contentOf(said) : was;
  if (restriction === undefined) throw refused(said, { code: 'WRONG_STATE', reason: 'it has ended already' });
  return changeRestriction(tx, { ...examined, ...said, restriction, was, revision: said.revision + 1, words });
}

function contentOf(said: Extract<RestrictionAct, { verb: 'put' }>): Restriction {
  return { kind: said.kind, name: said.name, spec: said.spec } as Restriction; // its kind goes with its spec
}

/** What people read of it has to be seen. */
function requireSeen(said: RestrictionAct): void {
  const [problem] = unseenIn(
    said.verb === 'put' ? { spec: said.spec, reason: said.reason ?? '' } : { reason: said.reason },
  );
  if (problem !== undefined)
    throw refused(said, { code: 'INVALID_INPUT', reason: `${nameOfPath(problem.path)}: ${problem.text}` });
}

/** Nobody overwrites what they have not seen. */
function requireCurrent(said: RestrictionAct, current: StoredRestriction | undefined): void {
  const revision = current?.revision ?? 0;
  if (said.revision === revision) return;
  const who = current === undefined ? '' : `, by ${current.changedBy}`;
  throw refused(said, {
    code: 'CONFLICT',
    reason: `it replaces revision ${String(said.revision)}, and the newest is ${String(revision)}${who}`,
  });
}

/** What it is about exists. */
async function requireObjects(tx: Transaction, said: Extract<RestrictionAct, { verb: 'put' }>): Promise<void> {
  const missing = await missingProducts(tx, scopeOf(said).products ?? []);
  if (missing.length > 0)
    throw refused(
      said,
      { code: 'NOT_FOUND', reason: `there is no product ${missing.slice(0, 5).join(', ')}` },
      'lane get products',
    );
  if (said.kind !== 'recall') return;
  if ((await productOfBundle(tx, said.spec.bundle)) !== said.spec.product)
    throw refused(
      said,
      { code: 'NOT_FOUND', reason: `${said.spec.product} has no bundle ${said.spec.bundle}` },
      `lane get bundles --product ${said.spec.product}`,
    );
}

async function requireRoom(
  tx: Transaction,
  { principal, verb, ...key }: RestrictionAct,
  current: StoredRestriction | undefined,
): Promise<void> {
  // What ends something is bounded by what there is to end.
  if (verb === 'retire') return;
  const { all, ownToday } = await countRestrictions(tx, principal);
  if (ownToday < most.ownToday && (current !== undefined || all < most.restrictions)) return;
  throw new LanekeeperError('LIMIT_EXCEEDED', {
    message: `${keyText(key)} was not changed`,
    object: `principal ${principal}`,
    why:
      ownToday >= most.ownToday
        ? `${principal} has made ${String(ownToday)} changes within a day, and each is kept for good`
        : `there are ${String(all)} windows, held scopes and recalls already`,
    next: 'try again tomorrow, or change one that there is: lane window list',
  });
}

function refused(said: RestrictionAct, { code, reason }: Refusal, next = nextOf(said)): LanekeeperError {
  const { verb, principal } = said;
  return new LanekeeperError(code, {
    message: `the statement of ${principal} to ${verb === 'put' ? 'put' : 'end'} ${keyText(said)} does not count`,
    object: keyText(said),
    why: reason,
    next,
  });
}

function nextOf({ kind, name }: RestrictionAct): string {
  switch (kind) {
    case 'window':
      return `lane window show ${name}`;
    case 'hold':
      return 'lane holds';
    case 'recall':
      return `lane bundle show ${name.slice(0, 12)}`;
  }
}
