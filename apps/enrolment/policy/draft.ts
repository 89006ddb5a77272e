import type { Refusal } from '../../../core/decision/check.js';
import type { Digest } from '../../../core/digest.js';
import { LanekeeperError } from '../../../core/errors.js';
import type { PolicyAct } from '../../../core/evidence/policy-act.js';
import { digestOfVersion, wordsOf } from '../../../core/governance/document.js';
import { isNamed, parseDocument } from '../../../core/governance/parse-document.js';
import { refuseAct } from '../../../core/governance/policy-of-policies.js';
import type { RuleBook } from '../../../core/governance/rule-book.js';
import { shortId } from '../../../core/ids.js';
import type { Transaction } from '../../../store/database.js';
import { countDrafts, findVersion, type StoredHead, type StoredVersion } from '../../../store/governance/read.js';
import { insertDraft, insertTests, recordAct } from '../../../store/governance/write.js';
import type { Examined, StatementSigner } from '../examine.js';
import type { Checks } from './checks.js';
import { requireFit } from './fitting.js';
import { requireSignedTests } from './tests-of-draft.js';

/** How many versions one person may draft within a day, and have waiting: each is kept for good. */
const most = { today: 100, waiting: 20 } as const;

/** A draft that somebody has signed. */
export interface Drafting {
  readonly examined: Examined<PolicyAct>;
  readonly signer: StatementSigner;
  readonly book: RuleBook;
  readonly checks: Checks;
  /** The newest published version of the document. */
  readonly head: StoredHead | undefined;
  readonly text: string;
  /** The digest of its text. */
  readonly content: Digest;
  /** The tests that come with it; empty for none. */
  readonly tests: string;
  readonly refused: (said: PolicyAct, refusal: Refusal) => LanekeeperError;
}

/**
 * Keeps a draft: well written, fitting with what is in force, and the next version of its document.
 *
 * @throws INVALID_POLICY, CONFLICT, EVIDENCE_INVALID, LIMIT_EXCEEDED, ROLE_MISSING
 */
export async function draft(tx: Transaction, drafting: Drafting): Promise<StoredVersion> {
  const { examined, signer, book, checks, head, text, content, tests, refused } = drafting;
  const { document } = examined.said;
  const refusal = refuseAct(
    'draft',
    signer,
    { ...document, author: signer.name, state: 'DRAFT' },
    book.governance.document,
  );
  if (refusal !== undefined) throw refused(examined.said, refusal);
  if (content !== document.content)
    throw refused(examined.said, { code: 'EVIDENCE_INVALID', reason: 'its text is not the one that was signed' });
  if (document.previous !== head?.digest || document.version !== (head?.version ?? 0) + 1)
    throw new LanekeeperError('CONFLICT', {
      message: `version ${String(document.version)} is not the next one of ${wordsOf(document)}`,
      object: `${document.kind}/${document.name}`,
      why:
        head === undefined
          ? 'none was published, so that the next one is version 1'
          : `version ${String(head.version)} (${shortId(head.digest)}) was published last`,
      next: 'draft it again from what is in force: lane policy apply FILE',
    });
  const same = await findVersion(tx, digestOfVersion(document));
  if (same !== undefined)
    throw new LanekeeperError('CONFLICT', {
      message: `the very same version of ${wordsOf(document)} was drafted by ${same.author ?? 'nobody'} already`,
      object: `version ${shortId(same.digest)}`,
      next: `lane policy submit ${shortId(same.digest)}`,
    });
  // Before anything that takes long.
  await requireRoom(tx, signer.name);
  checks.require(book, () => requireSound(drafting));
  await recordAct(tx, digestOfVersion(document), { ...examined, ...examined.said });
  const drafted = await insertDraft(tx, document, { author: signer.name, text });
  if (tests !== '') await insertTests(tx, drafted.digest, tests);
  return drafted;
}

/** Reads the text and the tests, and fits them together with what is in force. */
function requireSound({ examined, book, text, tests, refused }: Drafting): void {
  const { document } = examined.said;
  const parsed = parseDocument(text, `${document.kind}/${document.name}`);
  if (!isNamed(parsed, document))
    throw refused(examined.said, {
      code: 'EVIDENCE_INVALID',
      reason: `its text is ${parsed.kind} ${parsed.name}, and not ${document.kind} ${document.name}`,
    });
  requireSignedTests(tests, examined.said, refused);
  requireFit(book, { parsed, version: document.version, digest: digestOfVersion(document) });
}

async function requireRoom(tx: Transaction, author: string): Promise<void> {
  const { today, waiting } = await countDrafts(tx, author);
  if (today < most.today && waiting < most.waiting) return;
  throw new LanekeeperError('LIMIT_EXCEEDED', {
    message: `${author} has drafted too much`,
    object: `principal ${author}`,
    why: `${String(today)} versions within a day, of which ${String(most.today)} are allowed, and ${String(waiting)} that wait, of which ${String(most.waiting)} are`,
    next: 'have what waits published or withdrawn: lane policy list --waiting',
  });
}
