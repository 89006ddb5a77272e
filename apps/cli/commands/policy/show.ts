import { oneLine } from '../../../../core/markdown.js';
import { PolicyState, PolicyVersionSchema } from '#gen/governance/v1/governance_service_pb.js';
import { toPlain } from '../../output/plain.js';
import { momentOf } from '../../output/words.js';
import { fetchTold } from '../../policy/told-version.js';
import { draftAgain, nameOf, stateOf, whyOvertaken } from '../../policy/words.js';
import type { Context } from '../../program/context.js';

/** Shows a version with its text. */
export async function show(context: Context, given: string): Promise<undefined> {
  const { version, text } = await fetchTold(context, given);
  await context.show.object('PolicyVersion', { ...toPlain(PolicyVersionSchema, version), text }, () =>
    [
      `# ${nameOf(version)} (${version.digest}): ${stateOf(version)}`,
      ...(version.state === PolicyState.OVERTAKEN ? [`# ${whyOvertaken(version)}; ${draftAgain}`] : []),
      ...version.acts.map(({ verb, principal, registeredAt, comment }) => {
        // One line: the lines below are a file that people apply again, and no comment is to add to it.
        const said = comment === '' ? '' : `: ${oneLine(comment, 500)}`;
        return `# ${verb} by ${principal} at ${momentOf(registeredAt)}${said}`;
      }),
      ...(version.author === '' ? ['# installed'] : []),
      text.trimEnd(),
    ].join('\n'),
  );
  return undefined;
}
