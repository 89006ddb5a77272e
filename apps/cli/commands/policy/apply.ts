import type { FolderDocument } from '../../../../adapters/policy-folder.js';
import { type Digest, parseDigest } from '../../../../core/digest.js';
import { LanekeeperError } from '../../../../core/errors.js';
import { buildBook } from '../../../../core/governance/build-book.js';
import { problemsOfBook } from '../../../../core/governance/check-book.js';
import { digestOfText, digestOfVersion } from '../../../../core/governance/document.js';
import { shortId } from '../../../../core/ids.js';
import { PolicyState, type PolicyVersion, PolicyVersionSchema } from '#gen/governance/v1/governance_service_pb.js';
import { domainErrorOf } from '../../errors/domain-error.js';
import { toPlain } from '../../output/plain.js';
import { inDraftOrder } from '../../policy/draft-order.js';
import { readPaths, requireSome } from '../../policy/read-paths.js';
import { signAct } from '../../policy/sign-act.js';
import { type DocumentAndTests, readTestsBeside, requirePassingTests, withDrafts } from '../../policy/tests-beside.js';
import { lineOf, nameOf } from '../../policy/words.js';
import type { Context } from '../../program/context.js';

/** How documents are applied. */
export interface ApplyOptions {
  readonly submit?: true;
  readonly withoutTests?: true;
  readonly comment?: string;
}

interface ToDraft extends DocumentAndTests {
  /** The version that was published last; undefined for a new document. */
  readonly head: PolicyVersion | undefined;
}

/**
 * Drafts a new version of each document whose text, or whose tests, are not those in force, once all their tests pass;
 * those first that others of them name.
 *
 * @throws TESTS_FAILED; nothing is drafted then. WRONG_STATE when some can only be drafted once others are published
 */
export async function apply(context: Context, paths: readonly string[], options: ApplyOptions): Promise<undefined> {
  const changed: ToDraft[] = [];
  for (const document of await documentsIn(context, paths)) {
    const head = await newest(context, document);
    const { tests } = options.withoutTests === true ? { tests: '' } : await readTestsBeside(document);
    const sameText = head?.version?.contentDigest === digestOfText(document.text);
    if (head?.inForce === true && sameText && (tests === '' || tests === head.tests))
      context.terminal.note(`${document.path}: ${document.kind}/${document.name} is in force already`);
    else changed.push({ document, tests, head: head?.version });
  }
  await requirePassingTests(context, changed);
  const drafted: PolicyVersion[] = [];
  const refused: Refused[] = [];
  for (const one of inDraftOrder(changed)) {
    try {
      drafted.push(await draft(context, one, options));
    } catch (error) {
      const refusal = domainErrorOf(error);
      if (refusal?.code !== 'INVALID_POLICY' || !(await fitTogether(context, changed))) throw error;
      refused.push({ document: one.document, refusal });
    }
  }
  await context.show.list(
    'PolicyVersion',
    drafted.map((version) => toPlain(PolicyVersionSchema, version)),
    () => (drafted.length === 0 ? 'nothing to do: everything is in force already' : drafted.map(lineOf).join('\n')),
  );
  if (refused.length > 0) throw needsOthers(refused, drafted, paths);
  return undefined;
}

async function documentsIn(context: Context, paths: readonly string[]): Promise<readonly FolderDocument[]> {
  const documents = await readPaths(context, paths);
  requireSome({ documents, unread: [] }, paths);
  return documents;
}

/** Whether documents fit together with what is in force, if all of them were. */
async function fitTogether(context: Context, changed: readonly ToDraft[]): Promise<boolean> {
  if (changed.length === 1) return false;
  const documents = changed.map(({ document }) => document);
  return problemsOfBook(buildBook(await withDrafts(context, documents))).length === 0;
}

interface Refused {
  readonly document: FolderDocument;
  readonly refusal: LanekeeperError;
}

/** A draft has to fit with what is in force; what it needs of the others has to be published before. */
function needsOthers(
  refused: readonly Refused[],
  drafted: readonly PolicyVersion[],
  paths: readonly string[],
): LanekeeperError {
  const names = refused.map(({ document: { kind, name } }) => `${kind}/${name}`);
  const first = drafted.map((version) => {
    const id = shortId(version.digest);
    return `${nameOf(version)} by  lane policy submit ${id}  and, somebody else,  lane policy publish ${id}`;
  });
  return new LanekeeperError('WRONG_STATE', {
    message: `${names.join(', ')} ${names.length === 1 ? 'was' : 'were'} not drafted: a draft has to fit with what is in force, and ${names.length === 1 ? 'it needs' : 'they need'} what is not yet`,
    object: names[0] ?? '',
    why: refused.map(({ refusal }) => refusal.why ?? refusal.message).join('\n'),
    next: `publish first: ${first.join('; ')}; then run  lane policy apply ${paths.join(' ')}  again`,
  });
}

async function draft(
  context: Context,
  { document: { path, kind, name, text }, tests, head }: ToDraft,
  { submit, comment }: ApplyOptions,
): Promise<PolicyVersion> {
  const why = comment === undefined ? {} : { comment };
  const document = {
    ...{ kind, name, version: (head?.version ?? 0) + 1, content: digestOfText(text) },
    ...(head !== undefined && { previous: parseDigest(head.digest) }),
  };
  const waiting = await draftedAlready(context, digestOfVersion(document), tests);
  if (waiting !== undefined) context.terminal.note(`${path}: ${nameOf(waiting)} is drafted already`);
  const version = waiting ?? (await signAct(context, { verb: 'draft', document, ...why }, { text, tests }));
  // What was drafted, whatever the stack has answered.
  return submit === true && version.state === PolicyState.DRAFT
    ? signAct(context, { verb: 'submit', document, ...why })
    : version;
}

/** The very same version, with the same tests, where it waits already. */
async function draftedAlready(context: Context, digest: Digest, tests: string): Promise<PolicyVersion | undefined> {
  const found = await versionNamed(context, digest);
  const { version } = found ?? {};
  const waits = version?.state === PolicyState.DRAFT || version?.state === PolicyState.PENDING_APPROVAL;
  return waits && found?.tests === tests ? version : undefined;
}

/** The version of a document that was published last; undefined where none was. */
function newest(context: Context, { kind, name }: FolderDocument) {
  return versionNamed(context, `${kind}/${name}`);
}

async function versionNamed(context: Context, version: string) {
  const { governance } = await context.api();
  return governance.getPolicyVersion({ version }).catch((error: unknown) => {
    if (domainErrorOf(error)?.code === 'NOT_FOUND') return undefined;
    throw error;
  });
}
