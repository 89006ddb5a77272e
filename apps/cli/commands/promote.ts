import type { Command } from 'commander';
import type { MakeAction } from '../program/command-module.js';
import { requestPromotion, type RequestOptions } from '../promotion/request.js';
import { scheduleFrom, type ScheduleOptions, withSchedule } from '../promotion/schedule-options.js';
import { parseTimeout } from '../promotion/wait.js';
import { descriptions } from '../program/descriptions.js';

interface Options extends RequestOptions, ScheduleOptions {
  readonly plan?: string;
}

/** `lane promote BUNDLE --to LANE` */
export function define(command: Command, makeAction: MakeAction): void {
  withSchedule(
    command
      .argument('<bundle>', descriptions.bundle)
      .requiredOption('--to <lane>', descriptions.lane)
      .option('--reason <text>', descriptions.reason)
      .option('--plan <digest>', 'Only if this plan holds still: the digest that lane plan prints, or a unique prefix'),
  )
    .option('--wait', descriptions.wait)
    .option('--timeout <duration>', descriptions.timeout, parseTimeout)
    .option('--print', descriptions.print)
    .option('--out <file>', descriptions.printOut)
    .action(
      makeAction(async (context, [bundle]: [string], options: Options) =>
        requestPromotion(context, bundle, options, {
          ...{ kind: 'PROMOTION', schedule: scheduleFrom(context, options) },
          ...(options.plan !== undefined && { plan: options.plan }),
        }),
      ),
    );
}
