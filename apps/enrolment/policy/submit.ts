import type { RuleSource } from '../../../activities/policy/rule-source.js';
import type { Refusal } from '../../../core/decision/check.js';
import { LanekeeperError } from '../../../core/errors.js';
import type { PolicyAct } from '../../../core/evidence/policy-act.js';
import { parsePolicyAct } from '../../../core/evidence/read-policy-act.js';
import { digestOfVersion, wordsOf } from '../../../core/governance/document.js';
import { refuseAct } from '../../../core/governance/policy-of-policies.js';
import { missingPublishers, refusePublication, whyNotNext } from '../../../core/governance/publication.js';
import type { RuleBook } from '../../../core/governance/rule-book.js';
import { shortId } from '../../../core/ids.js';
import type { Transaction } from '../../../store/database.js';
import {
  actsOf,
  governInTurn,
  isActNonceUsed,
  readHeads,
  requireVersion,
  type StoredAct,
  type StoredHead,
  type StoredVersion,
  versionOfStatement,
} from '../../../store/governance/read.js';
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
import { requireFitting } from './fitting.js';
import { RefusedDrafts } from './refused-drafts.js';

/** What submitting needs. */
export interface SubmitDeps extends ExamineDeps {
  readonly rules: RuleSource;
}

const refusedDrafts = new WeakMap<SubmitDeps['rules'], RefusedDrafts>();

/** Those of the process, which has one source of rules. */
function refusedDraftsOf({ rules }: SubmitDeps): RefusedDrafts {
  const known = refusedDrafts.get(rules) ?? new RefusedDrafts();
  refusedDrafts.set(rules, known);
  return known;
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
  const taken = verb === 'draft' ? refusedDraftsOf(deps).enter(`${tenant}/${principal}`, deps.now()) : undefined;
  for (let count = 0; count < maxAttempts; count += 1) {
    // Verified outside of the transaction that acts; it looks again whether these are still the rules.
    await deps.rules.load(tenant);
    const submitted = await deps.database.transaction(tenant, async (tx) => {
      await governInTurn(tx);
      const book = await deps.rules.inForce(tx);
      if (book === undefined) return undefined;
      const known = await versionOfStatement(tx, examined.statementDigest);
      const version = known ?? (await take(tx, { examined, book, text, tests, now: deps.now() }));
      return { version, acts: await actsOf(tx, [version.digest]) };
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

/** How often the rules may change while they are being verified. */
const maxAttempts = 5;

/** A statement to take, by the rules that are in force. */
interface Taking extends Required<SubmittedTexts> {
  readonly examined: Examined<PolicyAct>;
  readonly book: RuleBook;
  readonly now: Date;
}

async function take(tx: Transaction, { examined, book, text, tests, now }: Taking): Promise<StoredVersion> {
  const { said } = examined;
  const signer = await requireSigner(tx, examined, now, refused);
  if (await isActNonceUsed(tx, said.principal, said.nonce)) throw refused(said, nonceUsed);
  const head = (await readHeads(tx)).find(
    ({ kind, name }) => kind === said.document.kind && name === said.document.name,
  );
  if (said.verb === 'draft') return draft(tx, { examined, signer, book, head, text, tests, refused });
  if (text !== '' || tests !== '')
    throw refused(said, { code: 'INVALID_INPUT', reason: 'only a draft comes with a text' });
  const version = await requireVersion(tx, digestOfVersion(said.document));
  const refusal = refuseAct(said.verb, signer, { ...version, author: version.author ?? '' }, book.governance.document);
  if (refusal !== undefined) throw refused(said, refusal);
  const acting = { examined, signer, version, head, book };
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
  /** The newest published version of the document. */
  readonly head: StoredHead | undefined;
  readonly book: RuleBook;
}

async function submit(tx: Transaction, { examined, version, head }: Acting): Promise<StoredVersion> {
  requireState(version, 'DRAFT');
  requireNext(version, head);
  await recordAct(tx, version.digest, { ...examined, ...examined.said });
  return submitVersion(tx, version);
}

async function publish(tx: Transaction, acting: Acting): Promise<StoredVersion> {
  const { examined, signer, version, head, book } = acting;
  requireState(version, 'PENDING_APPROVAL');
  requireNext(version, head);
  const publishedBy = (await actsOf(tx, [version.digest]))
    .filter(({ verb }) => verb === 'publish')
    .map(({ principal }) => principal);
  const publication = { version: { ...version, author: version.author ?? '' }, head, publishedBy };
  const policies = book.governance.document;
  const refusal = refusePublication(signer, publication, policies);
  if (refusal !== undefined) throw refused(examined.said, refusal);
  await requireFitting(tx, book, version);
  await recordAct(tx, version.digest, { ...examined, ...examined.said });
  if (missingPublishers(publication, policies).count > 1) return version;
  return publishVersion(tx, version, { by: signer.name, governedBy: book.governance.digest });
}

async function retire(tx: Transaction, { examined, signer, version, head, book }: Acting): Promise<StoredVersion> {
  if (version.state === 'RETIRED') throw wrongState(version, 'it is retired already');
  if (version.state === 'PUBLISHED' && head?.digest === version.digest) {
    if (version.kind === 'governance')
      throw wrongState(version, 'without a policy of policies nobody could change anything any more');
    await requireFitting(tx, book, version, 'without it');
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
