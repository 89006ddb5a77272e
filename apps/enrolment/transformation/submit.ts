import type { Refusal } from '../../../core/decision/check.js';
import { didYouMean } from '../../../core/did-you-mean.js';
import { LanekeeperError } from '../../../core/errors.js';
import { parseTransformationAct } from '../../../core/evidence/read-transformation-act.js';
import type { TransformationAct } from '../../../core/evidence/transformation-act.js';
import { diffTransformation } from '../../../core/transformation/diff.js';
import { refuseTransformation } from '../../../core/transformation/rules.js';
import { unseenIn } from '../../../core/unseen.js';
import { nameOfPath } from '../../../core/yaml-file/schema-problems.js';
import type { Transaction } from '../../../store/database.js';
import { readHeads } from '../../../store/governance/read.js';
import { missingProducts } from '../../../store/product/read.js';
import { changesSince } from '../../../store/transformation/list.js';
import {
  changeOfStatement,
  countTransformations,
  findTransformation,
  isTransformationNonceUsed,
  requireTransformation,
  type StoredTransformation,
  transformInTurn,
} from '../../../store/transformation/read.js';
import { changeTransformation } from '../../../store/transformation/write.js';
import { type Examined, type ExamineDeps, examineStatement, nonceUsed, requireSigner } from '../examine.js';

/** How many transformations a tenant may have, and how many changes a person may make in a day: each is kept for good. */
const most = { transformations: 1_000, ownToday: 200 } as const;

/** How many words of a change are kept; the statement says the rest. */
const maxWords = 100;

/** A transformation after a statement was taken. */
export interface SubmittedTransformation {
  readonly transformation: StoredTransformation;
  /** The revision that the statement made; the transformation may have newer ones. */
  readonly revision: number;
}

/**
 * Takes a signed statement about a transformation: all of its content, or that it is retired. The same statement again
 * changes nothing and answers with the revision that it made.
 *
 * @throws EVIDENCE_INVALID, SIGNATURE_INVALID, CONFLICT, WRONG_STATE, NOT_FOUND, LIMIT_EXCEEDED and the refusals of
 *   `core/transformation/rules.ts`; nothing is recorded then
 */
export async function submitTransformation(deps: ExamineDeps, signed: Uint8Array): Promise<SubmittedTransformation> {
  const examined = await examineStatement(deps, signed, parseTransformationAct);
  return deps.database.transaction(examined.said.tenant, async (tx) => {
    await transformInTurn(tx);
    const known = await changeOfStatement(tx, examined.statementDigest);
    if (known !== undefined)
      return { transformation: await requireTransformation(tx, known.name), revision: known.revision };
    const transformation = await take(tx, examined, deps.now());
    return { transformation, revision: transformation.revision };
  });
}

async function take(tx: Transaction, examined: Examined<TransformationAct>, now: Date): Promise<StoredTransformation> {
  const { said } = examined;
  const signer = await requireSigner(tx, examined, now, refused);
  if (await isTransformationNonceUsed(tx, said.principal, said.nonce)) throw refused(said, nonceUsed);
  const refusal = refuseTransformation(signer);
  if (refusal !== undefined) throw refused(said, refusal);
  requireSeen(said);
  const current = await findTransformation(tx, said.name);
  await requireCurrent(tx, said, current);
  await requireRoom(tx, said, current);
  const change = { ...examined, ...said, revision: said.revision + 1 };
  if (said.verb === 'put') {
    const missing = await missingProducts(tx, said.spec.products);
    if (missing.length > 0)
      throw refused(
        said,
        { code: 'NOT_FOUND', reason: `there is no product ${missing.slice(0, 5).join(', ')}` },
        'lane get products; register one that is missing: lane product add',
      );
    await requireProfile(tx, said);
    const words = diffTransformation(current?.state === 'ACTIVE' ? current.spec : undefined, said.spec).map(
      (one) => one.words,
    );
    return changeTransformation(tx, { ...change, spec: said.spec, words: words.slice(0, maxWords) });
  }
  if (current?.state !== 'ACTIVE')
    throw refused(said, { code: 'WRONG_STATE', reason: current ? 'it is retired already' : 'there is none' });
  return changeTransformation(tx, { ...change, spec: current.spec, words: [`retired: ${said.reason}`] });
}

/** What people read of it has to be seen: what was taken before this was asked is believed as it is. */
function requireSeen(said: TransformationAct): void {
  const [problem] = unseenIn(said.verb === 'put' ? { spec: said.spec } : { reason: said.reason });
  if (problem !== undefined)
    throw refused(said, { code: 'INVALID_INPUT', reason: `${nameOfPath(problem.path)}: ${problem.text}` });
}

/** Without its profile no promotion of its products could be judged. */
async function requireProfile(tx: Transaction, said: Extract<TransformationAct, { verb: 'put' }>): Promise<void> {
  const { profile } = said.spec;
  const known = (await readHeads(tx)).filter(({ kind, inForce }) => kind === 'profile' && inForce);
  if (profile === '' || known.some(({ name }) => name === profile)) return;
  const names = known.map(({ name }) => name);
  const inForce = names.length === 0 ? 'none is' : `in force are: ${names.join(', ')}`;
  throw refused(
    said,
    {
      code: 'NOT_FOUND',
      reason: `there is no profile ${profile} in force${didYouMean(profile, names)}; ${inForce}`,
    },
    'name a profile that is in force, and apply the file again; or first have this one published: lane policy apply PROFILE_FILE',
  );
}

/** Nobody overwrites what they have not seen. */
async function requireCurrent(
  tx: Transaction,
  said: TransformationAct,
  current: StoredTransformation | undefined,
): Promise<void> {
  const revision = current?.revision ?? 0;
  if (said.revision === revision) return;
  const meanwhile = await changesSince(tx, said.name, said.revision);
  throw refused(said, {
    code: 'CONFLICT',
    reason:
      meanwhile.length === 0
        ? `it replaces revision ${String(said.revision)}, and the newest is ${String(revision)}`
        : meanwhile
            .map((one) => `revision ${String(one.revision)} by ${one.principal}: ${one.words.slice(0, 5).join('; ')}`)
            .join('\n'),
  });
}

async function requireRoom(
  tx: Transaction,
  { name, principal, verb }: TransformationAct,
  current: StoredTransformation | undefined,
): Promise<void> {
  const { all, ownToday } = await countTransformations(tx, principal);
  // Retiring is bounded by what there is to retire.
  if (verb === 'retire' || (ownToday < most.ownToday && (current !== undefined || all < most.transformations))) return;
  throw new LanekeeperError('LIMIT_EXCEEDED', {
    message: `transformation ${name} was not changed`,
    object: `principal ${principal}`,
    why:
      ownToday >= most.ownToday
        ? `${principal} has made ${String(ownToday)} changes within a day, and each is kept for good`
        : `there are ${String(all)} transformations already`,
    next: 'try again tomorrow, or use one that there is: lane transformation list',
  });
}

function refused(
  { verb, principal, name }: TransformationAct,
  { code, reason }: Refusal,
  next = `lane transformation show ${name}`,
): LanekeeperError {
  return new LanekeeperError(code, {
    message: `the statement of ${principal} to ${verb} transformation ${name} does not count`,
    object: `transformation ${name}`,
    why: reason,
    next,
  });
}
