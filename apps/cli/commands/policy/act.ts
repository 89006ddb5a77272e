import { LanekeeperError } from '../../../../core/errors.js';
import type { PolicyVerb } from '../../../../core/evidence/policy-act.js';
import { PolicyState, type PolicyVersion, PolicyVersionSchema } from '#gen/governance/v1/governance_service_pb.js';
import { type ExitCode, exitCodes } from '../../errors/exit-codes.js';
import { harmless } from '../../output/harmless.js';
import { toPlain } from '../../output/plain.js';
import { gateChangeLines, gateChangesBetween } from '../../policy/gate-changes.js';
import { signAct } from '../../policy/sign-act.js';
import { fetchTold } from '../../policy/told-version.js';
import { textDiff } from '../../policy/text-diff.js';
import { draftAgain, lineOf, nameOf, stateOf, versionNameOf, whyOvertaken } from '../../policy/words.js';
import type { Context } from '../../program/context.js';

/** How people answer. */
export interface ActOptions {
  readonly yes?: true;
  readonly comment?: string;
}

const questions = {
  submit: 'Have this published',
  publish: 'Publish this',
  retire: 'Retire this',
} as const satisfies Partial<Record<PolicyVerb, string>>;

/** Submits, publishes or retires a version, after showing what it changes. */
export async function answerVersion(
  context: Context,
  verb: keyof typeof questions,
  given: string,
  { yes, comment }: ActOptions,
): Promise<ExitCode | undefined> {
  const { version, text } = await fetchTold(context, given);
  context.terminal.note(
    harmless(`${nameOf(version)}, ${stateOf(version)}, drafted by ${version.author || 'the installation'}`),
  );
  if (verb !== 'retire' && version.state === PolicyState.OVERTAKEN)
    throw new LanekeeperError('CONFLICT', {
      message: `${nameOf(version)} cannot be published`,
      object: `version ${version.digest}`,
      why: whyOvertaken(version),
      next: draftAgain,
    });
  if (verb !== 'retire') context.terminal.note(`${harmless(await changesOf(context, version, text))}\n`);
  if (!(await context.confirm(`${questions[verb]} as ${context.person}?`, yes === true))) {
    context.terminal.note('nothing was done');
    return exitCodes.error;
  }
  const document = versionNameOf(version);
  const done = await signAct(context, {
    ...{ verb, document },
    ...(verb === 'retire' && { published: version.state === PolicyState.PUBLISHED }),
    ...(comment !== undefined && { comment }),
  });
  await context.show.object('PolicyVersion', toPlain(PolicyVersionSchema, done), () => lineOf(done));
  return done.state === PolicyState.PENDING_APPROVAL ? exitCodes.pending : undefined;
}

/** What a version changes in the one before it. */
async function changesOf(context: Context, version: PolicyVersion, text: string): Promise<string> {
  if (version.previous === '') return textDiff(['nothing', nameOf(version)], '', text);
  const { version: previous, text: before } = await fetchTold(context, version.previous);
  const [base, name] = [nameOf(previous), nameOf(version)];
  const gates = gateChangesBetween([base, before], [name, text]) ?? [];
  // What is signed is the text; what it comes to is easier to see in the gates.
  return [gateChangeLines(gates, context.terminal.colours), textDiff([base, name], before, text)]
    .filter((part) => part !== '')
    .join('\n\n');
}
