import { parseDigest } from '../../../../core/digest.js';
import { domainErrorOf } from '../../errors/domain-error.js';
import { digestOfText } from '../../../../core/governance/document.js';
import type { FolderDocument } from '../../../../adapters/policy-folder.js';
import { type PolicyVersion, PolicyVersionSchema } from '#gen/governance/v1/governance_service_pb.js';
import { toPlain } from '../../output/plain.js';
import { readPaths } from '../../policy/read-paths.js';
import { signAct } from '../../policy/sign-act.js';
import { type DocumentAndTests, readTestsBeside, requirePassingTests } from '../../policy/tests-beside.js';
import { lineOf } from '../../policy/words.js';
import type { Context } from '../../program/context.js';

/** How documents are applied. */
export interface ApplyOptions {
  readonly submit?: true;
  readonly withoutTests?: true;
  readonly comment?: string;
}

/**
 * Drafts a new version of each document whose text, or whose tests, are not those in force, once all their tests pass.
 *
 * @throws TESTS_FAILED; nothing is drafted then
 */
export async function apply(context: Context, paths: readonly string[], options: ApplyOptions): Promise<undefined> {
  const changed: (DocumentAndTests & { readonly head: PolicyVersion | undefined })[] = [];
  for (const document of await readPaths(context, paths)) {
    const head = await newest(context, document);
    const { tests } = options.withoutTests === true ? { tests: '' } : await readTestsBeside(document);
    const sameText = head?.version?.contentDigest === digestOfText(document.text);
    if (head?.inForce === true && sameText && (tests === '' || tests === head.tests))
      context.terminal.note(`${document.path}: ${document.kind}/${document.name} is in force already`);
    else changed.push({ document, tests, head: head?.version });
  }
  await requirePassingTests(context, changed);
  const drafted: PolicyVersion[] = [];
  for (const one of changed) drafted.push(await draft(context, one, one.head, options));
  await context.show.list(
    'PolicyVersion',
    drafted.map((version) => toPlain(PolicyVersionSchema, version)),
    () => (drafted.length === 0 ? 'nothing to do: everything is in force already' : drafted.map(lineOf).join('\n')),
  );
  return undefined;
}

async function draft(
  context: Context,
  { document: { kind, name, text }, tests }: DocumentAndTests,
  head: PolicyVersion | undefined,
  { submit, comment }: ApplyOptions,
): Promise<PolicyVersion> {
  const why = comment === undefined ? {} : { comment };
  const document = {
    ...{ kind, name, version: (head?.version ?? 0) + 1, content: digestOfText(text) },
    ...(head !== undefined && { previous: parseDigest(head.digest) }),
  };
  const version = await signAct(context, { verb: 'draft', document, ...why }, { text, tests });
  // What was drafted, whatever the stack has answered.
  return submit === true ? signAct(context, { verb: 'submit', document, ...why }) : version;
}

/** The version of a document that was published last; undefined where none was. */
async function newest(context: Context, { kind, name }: FolderDocument) {
  const { governance } = await context.api();
  return governance.getPolicyVersion({ version: `${kind}/${name}` }).catch((error: unknown) => {
    if (domainErrorOf(error)?.code === 'NOT_FOUND') return undefined;
    throw error;
  });
}
