import { parseDigest } from '../../../../core/digest.js';
import { domainErrorOf } from '../../errors/domain-error.js';
import { digestOfText } from '../../../../core/governance/document.js';
import type { FolderDocument } from '../../../../adapters/policy-folder.js';
import { type PolicyVersion, PolicyVersionSchema } from '#gen/governance/v1/governance_service_pb.js';
import { toPlain } from '../../output/plain.js';
import { readPaths } from '../../policy/read-paths.js';
import { signAct } from '../../policy/sign-act.js';
import { lineOf, versionNameOf } from '../../policy/words.js';
import type { Context } from '../../program/context.js';

/** How documents are applied. */
export interface ApplyOptions {
  readonly submit?: true;
  readonly comment?: string;
}

/** Drafts a new version of each document whose text is not the one in force. */
export async function apply(context: Context, paths: readonly string[], options: ApplyOptions): Promise<undefined> {
  const drafted: PolicyVersion[] = [];
  for (const document of await readPaths(context, paths)) {
    const head = await newest(context, document);
    const content = digestOfText(document.text);
    if (head?.inForce === true && head.version?.contentDigest === content) {
      context.terminal.note(`${document.path}: ${document.kind}/${document.name} is in force already`);
      continue;
    }
    drafted.push(await draft(context, document, head?.version, options));
  }
  await context.show.list(
    'PolicyVersion',
    drafted.map((version) => toPlain(PolicyVersionSchema, version)),
    () => (drafted.length === 0 ? 'nothing to do: everything is in force already' : drafted.map(lineOf).join('\n')),
  );
  return undefined;
}

async function draft(
  context: Context,
  { kind, name, text }: FolderDocument,
  head: PolicyVersion | undefined,
  { submit, comment }: ApplyOptions,
): Promise<PolicyVersion> {
  const why = comment === undefined ? {} : { comment };
  const document = {
    ...{ kind, name, version: (head?.version ?? 0) + 1, content: digestOfText(text) },
    ...(head !== undefined && { previous: parseDigest(head.digest) }),
  };
  const version = await signAct(context, { verb: 'draft', document, ...why }, text);
  return submit === true ? signAct(context, { verb: 'submit', document: versionNameOf(version), ...why }) : version;
}

/** The version of a document that was published last; undefined where none was. */
async function newest(context: Context, { kind, name }: FolderDocument) {
  const { governance } = await context.api();
  return governance.getPolicyVersion({ version: `${kind}/${name}` }).catch((error: unknown) => {
    if (domainErrorOf(error)?.code === 'NOT_FOUND') return undefined;
    throw error;
  });
}
