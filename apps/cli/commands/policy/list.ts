import { shortId } from '../../../../core/ids.js';
import { PolicyState, PolicyVersionSchema } from '#gen/governance/v1/governance_service_pb.js';
import { toPlain } from '../../output/plain.js';
import { relativeTime } from '../../output/relative-time.js';
import { renderTable } from '../../output/table.js';
import { instantOf } from '../../output/words.js';
import { draftAgain, nameOf, parseDocumentName, stateOf } from '../../policy/words.js';
import type { Context } from '../../program/context.js';

/** Which versions are listed. */
export interface ListOptions {
  readonly waiting?: true;
  readonly inForce?: true;
}

/** Lists versions. */
export async function list(
  context: Context,
  document: string | undefined,
  { waiting, inForce }: ListOptions,
): Promise<undefined> {
  const { governance } = await context.api();
  const { versions } = await governance.listPolicyVersions({
    ...(document !== undefined && parseDocumentName(document)),
    states: [
      ...(waiting === true ? [PolicyState.PENDING_APPROVAL] : []),
      ...(inForce === true ? [PolicyState.PUBLISHED] : []),
    ],
  });
  if (versions.some(({ state }) => state === PolicyState.OVERTAKEN))
    context.terminal.note(`what is overtaken never can be published: ${draftAgain}`);
  await context.show.list(
    'PolicyVersion',
    versions.map((version) => toPlain(PolicyVersionSchema, version)),
    () =>
      versions.length === 0
        ? 'there are no such versions'
        : renderTable(
            ['VERSION', 'DIGEST', 'STATE', 'DRAFTED BY', 'PUBLISHED BY', 'WHEN'],
            versions.map((version) => [
              nameOf(version),
              shortId(version.digest),
              stateOf(version, versions),
              version.author === '' ? 'installed' : version.author,
              version.acts
                .filter(({ verb }) => verb === 'publish')
                .map(({ principal }) => principal)
                .join(', '),
              relativeTime(
                instantOf(version.retiredAt ?? version.publishedAt ?? version.submittedAt ?? version.draftedAt),
                context.now(),
              ),
            ]),
          ),
  );
  return undefined;
}
