import type { Command } from 'commander';
import { shortId } from '../../../core/ids.js';
import { exitCodes } from '../errors/exit-codes.js';
import { usageError } from '../errors/report-error.js';
import { laneOf } from '../output/words.js';
import type { MakeAction } from '../program/command-module.js';
import { descriptions } from '../program/descriptions.js';
import { requestPromotion, type RequestOptions } from '../promotion/request.js';
import { parseTimeout } from '../promotion/wait.js';

/** `lane hotfix BUNDLE --to LANE --reason TEXT` */
export function define(command: Command, makeAction: MakeAction): void {
  command
    .argument('<bundle>', descriptions.bundle)
    .requiredOption('--to <lane>', descriptions.lane)
    .option('--reason <text>', descriptions.requiredReason)
    .option('--yes', descriptions.yes)
    .option('--wait', descriptions.wait)
    .option('--timeout <duration>', descriptions.timeout, parseTimeout)
    .option('--print', descriptions.print)
    .option('--out <file>', descriptions.printOut)
    .action(
      makeAction(async (context, [bundle]: [string], options: RequestOptions & { yes?: true }) => {
        const { reason = '' } = options;
        if (reason.trim() === '') throw usageError('a hotfix needs a reason', 'pass --reason TEXT');
        const { name } = laneOf(options.to);
        const question = `Bring ${shortId(bundle)} to ${name} as a hotfix, before all that waits, past holds and freezes that do not name hotfixes?`;
        if (!(await context.confirm(question, options.yes === true || options.print === true))) {
          context.terminal.note('nothing was done');
          return exitCodes.error;
        }
        return requestPromotion(context, bundle, options, { kind: 'HOTFIX' });
      }),
    );
}
