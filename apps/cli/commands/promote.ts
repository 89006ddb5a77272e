import { type Command, Option } from 'commander';
import { type Priority, priorities, problemOfSchedule, type Schedule } from '../../../core/promotion/schedule.js';
import { usageError } from '../errors/report-error.js';
import { instantFrom } from '../program/instant.js';
import type { MakeAction } from '../program/command-module.js';
import type { Context } from '../program/context.js';
import { requestPromotion, type RequestOptions } from '../promotion/request.js';
import { parseTimeout } from '../promotion/wait.js';
import { descriptions } from '../program/descriptions.js';

interface Options extends RequestOptions {
  readonly at?: string;
  readonly notAfter?: string;
  readonly priority?: Priority;
}

/** `lane promote BUNDLE --to LANE` */
export function define(command: Command, makeAction: MakeAction): void {
  command
    .argument('<bundle>', descriptions.bundle)
    .requiredOption('--to <lane>', descriptions.lane)
    .option('--reason <text>', descriptions.reason)
    .option('--at <instant>', 'Take the lane at this instant at the earliest, with its offset: 2026-12-24T18:00+01:00')
    .option('--not-after <instant>', 'Fail if it has not begun to deploy by this instant')
    .addOption(
      new Option(
        '--priority <priority>',
        'How urgent it is among others that wait for the lane (default: normal)',
      ).choices(priorities),
    )
    .option('--wait', descriptions.wait)
    .option('--timeout <duration>', descriptions.timeout, parseTimeout)
    .option('--print', descriptions.print)
    .option('--out <file>', descriptions.printOut)
    .action(
      makeAction(async (context, [bundle]: [string], options: Options) =>
        requestPromotion(context, bundle, options, { kind: 'PROMOTION', schedule: scheduleFrom(context, options) }),
      ),
    );
}

/** When and how urgently, as it is signed. @throws INVALID_INPUT */
function scheduleFrom(context: Context, { at, notAfter, priority }: Options): Schedule {
  const schedule = {
    ...(at !== undefined && { notBefore: instantFrom(at, '--at').toISOString() }),
    ...(notAfter !== undefined && { notAfter: instantFrom(notAfter, '--not-after').toISOString() }),
    ...(priority !== undefined && { priority }),
  };
  const problem = problemOfSchedule(schedule, context.now().toISOString());
  if (problem !== undefined) throw usageError(problem, 'say --at and --not-after later than now, and in their order');
  return schedule;
}
