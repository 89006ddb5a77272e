import { type Command, Option } from 'commander';
import { type Priority, priorities, problemOfSchedule, type Schedule } from '../../../core/promotion/schedule.js';
import { usageError } from '../errors/report-error.js';
import type { Context } from '../program/context.js';
import { instantFrom } from '../program/instant.js';

/** The options of commands that say when a promotion is to be, and how urgent it is. */
export interface ScheduleOptions {
  readonly at?: string;
  readonly notAfter?: string;
  readonly priority?: Priority;
}

/** Adds them to a command. */
export function withSchedule(command: Command): Command {
  return command
    .option('--at <instant>', 'Take the lane at this instant at the earliest, with its offset: 2026-12-24T18:00+01:00')
    .option('--not-after <instant>', 'Fail if it has not begun to deploy by this instant')
    .addOption(
      new Option(
        '--priority <priority>',
        'How urgent it is among others that wait for the lane (default: normal)',
      ).choices(priorities),
    );
}

/** When and how urgently, as it is signed. @throws INVALID_INPUT */
export function scheduleFrom(context: Context, { at, notAfter, priority }: ScheduleOptions): Schedule {
  const schedule = {
    ...(at !== undefined && { notBefore: instantFrom(at, '--at').toISOString() }),
    ...(notAfter !== undefined && { notAfter: instantFrom(notAfter, '--not-after').toISOString() }),
    ...(priority !== undefined && { priority }),
  };
  const problem = problemOfSchedule(schedule, context.now().toISOString());
  if (problem !== undefined) throw usageError(problem, 'say --at and --not-after later than now, and in their order');
  return schedule;
}
