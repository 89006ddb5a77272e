import type { Command } from 'commander';
import { shortId } from '../../../core/ids.js';
import { type Enrolment, EnrolmentState } from '#gen/governance/v1/enrolment_service_pb.js';
import { describeChange, examineEnrolment } from '../enrolment/examine.js';
import { pickByDigest } from '../enrolment/pick.js';
import { answerEnrolment, plainEnrolment, showEnrolment } from '../enrolment/submit.js';
import { exitCodes, type ExitCode } from '../errors/exit-codes.js';
import { relativeTime } from '../output/relative-time.js';
import { renderTable } from '../output/table.js';
import { instantOf } from '../output/words.js';
import type { MakeAction } from '../program/command-module.js';
import type { Context } from '../program/context.js';
import { descriptions } from '../program/descriptions.js';

interface AnswerOptions {
  yes?: true;
  comment?: string;
}

/** `lane enrolment list | approve | reject` */
export function define(command: Command, makeAction: MakeAction): void {
  command
    .command('list')
    .description('List changes of who is who: those that wait for a second operator, or all of them')
    .option('--all', 'Those that were applied or rejected, too')
    .action(makeAction(async (context, _args: [], { all }: { all?: true }) => list(context, all !== true)));
  for (const verb of ['approve', 'reject'] as const)
    command
      .command(verb)
      .description(
        verb === 'approve'
          ? 'Approve, as an operator, what another has asked for; signed with your own key'
          : 'Reject what another has asked for, or take back your own request',
      )
      .argument('<enrolment>', 'Id, or the beginning of one')
      .option('--yes', descriptions.yes)
      .option('--comment <text>', 'Comment for the record')
      .action(
        makeAction(async (context, [id]: [string], options: AnswerOptions) => answer(context, verb, id, options)),
      );
}

async function list(context: Context, waiting: boolean): Promise<undefined> {
  const { enrolments } = await (await context.api()).enrolments.listEnrolments({ waiting });
  await context.show.list('Enrolment', enrolments.map(plainEnrolment), () =>
    enrolments.length === 0
      ? 'nothing waits for a second operator; --all shows what was applied or rejected'
      : renderTable(
          ['ENROLMENT', 'CHANGE', 'STATE', 'ASKED FOR BY', 'WHEN', 'DECIDED BY'],
          enrolments.map((one) => [
            shortId(one.id),
            one.change,
            stateOf(one),
            one.requestedBy,
            relativeTime(instantOf(one.requestedAt), context.now()),
            one.decidedBy,
          ]),
        ),
  );
  return undefined;
}

async function answer(
  context: Context,
  verb: 'approve' | 'reject',
  given: string,
  { yes, comment }: AnswerOptions,
): Promise<ExitCode | undefined> {
  const { enrolments } = await (await context.api()).enrolments.listEnrolments({});
  const found = pickByDigest(enrolments, ({ id }) => id, given, { name: 'enrolment', list: 'lane enrolment list' });
  const { id, change, requestedBy } = examineEnrolment(found);
  context.terminal.note(`${requestedBy} asks to ${describeChange(change)}\n`);
  if (
    !(await context.confirm(`${verb === 'approve' ? 'Approve' : 'Reject'} this as ${context.person}?`, yes === true))
  ) {
    context.terminal.note('nothing was decided');
    return exitCodes.error;
  }
  const decided = await answerEnrolment(context, { verb, enrolment: id, ...(comment !== undefined && { comment }) });
  return showEnrolment(context, decided);
}

function stateOf({ state }: Enrolment): string {
  if (state === EnrolmentState.APPLIED) return 'applied';
  return state === EnrolmentState.REJECTED ? 'rejected' : 'waits';
}
