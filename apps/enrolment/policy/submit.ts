import type { RuleSource } from '../../../activities/policy/rule-source.js';
import type { Refusal } from '../../../core/decision/check.js';
import type { Digest } from '../../../core/digest.js';
import { LanekeeperError } from '../../../core/errors.js';
import type { PolicyAct } from '../../../core/evidence/policy-act.js';
import { parsePolicyAct } from '../../../core/evidence/read-policy-act.js';
import { digestOfText, digestOfVersion, wordsOf } from '../../../core/governance/document.js';
import { refuseAct } from '../../../core/governance/policy-of-policies.js';
import {
  missingPublishers,
  publicationOf,
  refuseDraft,
  refusePublication,
  type SignedAct,
  whyNotNext,
} from '../../../core/governance/publication.js';
import type { RuleBook } from '../../../core/governance/rule-book.js';
import { shortId } from '../../../core/ids.js';
import { whyUnseen } from '../../../core/unseen.js';
import type { Transaction } from '../../../store/database.js';
import {
  actsOf,
  governInTurn,
  isActNonceUsed,
  readHeads,
  requireVersion,
  textOfVersion,
  type StoredAct,
  type StoredHead,
  type StoredVersion,
  versionOfStatement,
} from '../../../store/governance/read.js';
import { signedActs } from '../../../store/governance/signers.js';
import { enrolledKeys } from '../../../store/identity/read.js';
import { transformationsUnder } from '../../../store/transformation/list.js';
import { publishVersion, recordAct, retireVersion, submitVersion } from '../../../store/governance/write.js';
import {
  type Examined,
  type ExamineDeps,
  examineStatement,
  nonceUsed,
  requireSigner,
  type StatementSigner,
} from '../examine.js';
import { draft } from './draft.js';
import { Checks, Unchecked } from './checks.js';
import { requireFitting, requireFitWithout } from './fitting.js';
import type { RefusedDrafts } from './refused-drafts.js';

/** What submitting needs. */
export interface SubmitDeps extends ExamineDeps {
  readonly rules: RuleSource;
  readonly refusedDrafts: RefusedDrafts;
}

/** What comes with the statement of a draft. */
export interface SubmittedTexts {
  readonly text: string;
  /** The tests that its author has signed with it; none if absent or empty. */
  readonly tests?: string;
}

/** A version with everything that people have signed about it. */
export interface SubmittedVersion {
  readonly version: StoredVersion;
  readonly acts: readonly StoredAct[];
}

/**
 * Takes a signed statement about a version of a document: its draft, with the text, that it is to be published, that it is
 * published, or that it is withdrawn or taken out of force. The same statement again changes nothing and answers the same.
 *
 * @param texts of a draft; empty with other statements
 * @throws EVIDENCE_INVALID, SIGNATURE_INVALID, INVALID_POLICY, CONFLICT, WRONG_STATE, LIMIT_EXCEEDED and the refusals of
 *   `core/governance/policy-of-policies.ts`; nothing is recorded then
 */
export async function submitPolicyAct(
  deps: SubmitDeps,
  signed: Uint8Array,
  { text, tests = '' }: SubmittedTexts,
): Promise<SubmittedVersion> {
  const examined = await examineStatement(deps, signed, parsePolicyAct);
  const { tenant, principal, verb } = examined.said;
  const taken = verb === 'draft' ? deps.refusedDrafts.enter(`${tenant}/${principal}`, deps.now()) : undefined;
  const given = { examined, text, content: digestOfText(text), tests, checks: new Checks() };
  for (let count = 0; count < maxAttempts; count += 1) {
    // Verified outside of the transaction that acts; it looks again whether these are still the rules.
    await deps.rules.load(tenant);
    const submitted = await attempt(deps, given).catch(async (error: unknown) => {
      if (!(error instanceof Unchecked)) throw error;
      await error.check();
      return undefined;
    });
    if (submitted === undefined) continue;
    taken?.();
    return submitted;
  }
  throw new LanekeeperError('BUSY', {
    message: 'the rules change faster than they can be verified',
    next: 'try again',
  });
}

/** Takes the statement in a transaction; undefined where the rules have to be verified first. @throws Unchecked */
async function attempt(
  { database, rules, now }: SubmitDeps,
  given: Omit<Taking, 'book' | 'now'>,
): Promise<SubmittedVersion | undefined> {
  const { said, statementDigest } = given.examined;
  return database.transaction(said.tenant, async (tx) => {
    await governInTurn(tx);
    const book = await rules.inForce(tx);
    if (book === undefined) return undefined;
    const known = await versionOfStatement(tx, statementDigest);
    const version = known ?? (await take(tx, { ...given, book, now: now() }));
    return { version, acts: await actsOf(tx, [version.digest]) };
  });
}

/** How often the transaction begins: twice for each change of the rules meanwhile, and twice without any. */
const maxAttempts = 10;

/** A statement to take, by the rules that are in force. */
interface Taking extends Required<SubmittedTexts> {
  readonly examined: Examined<PolicyAct>;
  /** The digest of the text. */
  readonly content: Digest;
  readonly checks: Checks;
  readonly book: RuleBook;
  readonly now: Date;
}

async function take(tx: Transaction, taking: Taking): Promise<StoredVersion> {
  const { examined, book, checks, text, tests, now } = taking;
  const { said } = examined;
  const signer = await requireSigner(tx, examined, now, refused);
  if (await isActNonceUsed(tx, said.principal, said.nonce)) throw refused(said, nonceUsed);
  const unseen = whyUnseen(said.comment ?? '');
  if (unseen !== undefined) throw refused(said, { code: 'INVALID_INPUT', reason: `its comment: ${unseen}` });
  const head = (await readHeads(tx)).find(
    ({ kind, name }) => kind === said.document.kind && name === said.document.name,
  );
  if (said.verb === 'draft') return draft(tx, { ...taking, signer, head, refused });
  if (text !== '' || tests !== '')
    throw refused(said, { code: 'INVALID_INPUT', reason: 'only a draft comes with a text' });
  const version = await requireVersion(tx, digestOfVersion(said.document));
  const refusal = refuseAct(said.verb, signer, { ...version, author: version.author ?? '' }, book.governance.document);
  if (refusal !== undefined) throw refused(said, refusal);
  const signed = signedActs(await actsOf(tx, [version.digest]), await enrolledKeys(tx));
  const acting = { examined, signer, version, signed, head, book, checks };
  switch (said.verb) {
    case 'submit':
      return submit(tx, acting);
    case 'publish':
      return publish(tx, acting);
    case 'retire':
      return retire(tx, acting);
  }
}

interface Acting {
  readonly examined: Examined<PolicyAct>;
  readonly signer: StatementSigner;
  readonly version: StoredVersion;
  /** What people have signed about it. */
  readonly signed: readonly SignedAct[];
  /** The newest published version of the document. */
  readonly head: StoredHead | undefined;
  readonly book: RuleBook;
  readonly checks: Checks;
}

async function submit(tx: Transaction, { examined, version, signed, head }: Acting): Promise<StoredVersion> {
  requireState(version, 'DRAFT');
  requireNext(version, head);
  const refusal = refuseDraft(version, signed);
  if (refusal !== undefined) throw refused(examined.said, refusal);
  await recordAct(tx, version.digest, { ...examined, ...examined.said });
  return submitVersion(tx, version);
}

async function publish(tx: Transaction, acting: Acting): Promise<StoredVersion> {
  const { examined, signer, version, signed, head, book, checks } = acting;
  requireState(version, 'PENDING_APPROVAL');
  requireNext(version, head);
  const publication = publicationOf(version, { signed, head, policies: book.governance.document });
  const refusal = refusePublication(signer, publication, book.governance.document);
  if (refusal !== undefined) throw refused(examined.said, refusal);
  const text = await textOfVersion(tx, version.digest);
  checks.require(book, () => requireFitting(book, version, text));
  await recordAct(tx, version.digest, { ...examined, ...examined.said });
  if (missingPublishers(publication, book.governance.document).count > 1) return version;
  return publishVersion(tx, version, { by: signer.name, governedBy: book.governance.digest });
}

async function retire(
  tx: Transaction,
  { examined, signer, version, head, book, checks }: Acting,
): Promise<StoredVersion> {
  if (version.state === 'RETIRED') throw wrongState(version, 'it is retired already');
  // What was signed to withdraw a draft takes nothing out of force that was published since, and the other way round.
  if (examined.said.published !== (version.state === 'PUBLISHED'))
    throw refused(examined.said, {
      code: 'DECISION_MISMATCH',
      reason:
        version.state === 'PUBLISHED'
          ? 'it does not say that it is about a version that was published'
          : 'it does not say that it is about a version that was not published',
    });
  if (version.state === 'PUBLISHED' && head?.digest === version.digest) {
    if (version.kind === 'governance')
      throw wrongState(version, 'without a policy of policies nobody could change anything any more');
    checks.require(book, () => requireFitWithout(book, version));
    const users = version.kind === 'profile' ? await transformationsUnder(tx, version.name) : [];
    if (users.length > 0)
      throw wrongState(
        version,
        `it is the profile of ${users.map((name) => `transformation/${name}`).join(', ')}: without it, nothing of their products could be judged`,
      );
  }
  await recordAct(tx, version.digest, { ...examined, ...examined.said });
  return retireVersion(tx, version, signer.name);
}

function requireState(version: StoredVersion, wanted: 'DRAFT' | 'PENDING_APPROVAL'): void {
  if (version.state === wanted) return;
  const why = wanted === 'DRAFT' ? 'it is no draft any more' : 'it does not wait to be published';
  throw wrongState(version, `${why}: it is ${version.state}`);
}

/** A version follows the one that was published last: none is skipped, and none is put back. */
function requireNext(version: StoredVersion, head: StoredHead | undefined): void {
  const why = whyNotNext(version, head);
  if (why === undefined) return;
  throw new LanekeeperError('CONFLICT', {
    message: `version ${String(version.version)} of ${wordsOf(version)} cannot be published`,
    object: `version ${shortId(version.digest)}`,
    why,
    next: 'draft it again from what is in force: lane policy apply FILE',
  });
}

function wrongState(version: StoredVersion, why: string): LanekeeperError {
  return new LanekeeperError('WRONG_STATE', {
    message: `version ${String(version.version)} of ${wordsOf(version)} cannot be changed in this way`,
    object: `version ${shortId(version.digest)}`,
    why,
    next: `lane policy list ${version.kind}/${version.name}`,
  });
}

const nouns = { draft: 'draft', submit: 'submission', publish: 'publication', retire: 'retirement' } as const;

function refused({ verb, principal, document }: PolicyAct, { code, reason }: Refusal): LanekeeperError {
  return new LanekeeperError(code, {
    message: `the ${nouns[verb]} of ${wordsOf(document)} by ${principal} does not count`,
    object: `${document.kind}/${document.name}`,
    why: reason,
    next: 'lane policy show governance/governance says who may do what',
  });
}
