import { type Command, Option } from 'commander';
import type { MakeAction } from '../program/command-module.js';
import { descriptions } from '../program/descriptions.js';
import { checkLanes, type CheckOptions } from '../restriction/check.js';
import { history } from '../restriction/history.js';
import { importCalendar, type ImportOptions } from '../restriction/import-calendar.js';
import {
  applyWindow,
  createWindow,
  endWindow,
  listWindows,
  requireWindow,
  showWindow,
  type WindowOptions,
} from '../restriction/window.js';

const several = (value: string, before: readonly string[] = []): readonly string[] => [...before, value];

/** The options that say what windows do, and what they hold for. */
function withReach(command: Command): Command {
  return command
    .option('--freeze', 'Nothing is done while it is there')
    .option('--change', 'Nothing is done while none of the change windows is there')
    .option('--product <product>', 'A product that it holds for, instead of all; may be repeated', several)
    .option('--lane <lane>', 'A lane that it holds for, instead of all; may be repeated', several)
    .option(
      '--action <action>',
      'What it holds for, instead of deploy: request, approve, deploy or rollback; may be repeated',
      several,
    )
    .option(
      '--invoker <who>',
      'A name, or role:NAME, that it holds for, instead of everybody; may be repeated',
      several,
    )
    .addOption(
      new Option(
        '--in-flight <rule>',
        'What becomes of a promotion that has its lane and has not begun to deploy (default: finish)',
      ).choices(['finish', 'pause', 'abort']),
    );
}

/** `lane window create | apply | import | list | show | check | history | end` */
export function define(command: Command, makeAction: MakeAction): void {
  withReach(command.command('create'))
    .description('Make a change or freeze window, signed with your own key')
    .argument('<name>', 'Its name')
    .requiredOption('--reason <text>', 'What it is for, shown to whoever waits')
    .requiredOption('--zone <zone>', 'Zone of the IANA database whose clock counts, for example Europe/Berlin')
    .requiredOption('--begins <time>', 'When it begins for the first time, by that clock: 2026-12-18T18:00')
    .option('--ends <time>', 'When it ends for the first time, by that clock')
    .option('--lasts <duration>', 'How long it lasts each time, instead of when it ends: PT4H, P2D')
    .option('--recurrence <rule>', 'The rule by which it comes back (RFC 5545): FREQ=WEEKLY;BYDAY=FR')
    .option('--except <day>', 'A day on which it does not begin; may be repeated', several)
    .option('--yes', descriptions.yes)
    .action(
      makeAction(async (context, [name]: [string], options: WindowOptions) => createWindow(context, name, options)),
    );
  command
    .command('apply')
    .description('Put the window of a file, signed with your own key: make it, or change it')
    .argument('<file>', 'The file')
    .option('--yes', descriptions.yes)
    .action(
      makeAction(async (context, [file]: [string], options: { yes?: true }) => applyWindow(context, file, options)),
    );
  withReach(command.command('import'))
    .description('Put the events of a calendar (.ics) as windows, signed with your own key, after showing what changes')
    .argument('<file>', 'The file')
    .option('--prefix <text>', 'What the names of its windows begin with', 'calendar-')
    .option('--zone <zone>', 'Zone of the IANA database for events that name none')
    .option('--yes', descriptions.yes)
    .action(
      makeAction(async (context, [file]: [string], options: ImportOptions) => importCalendar(context, file, options)),
    );
  command
    .command('list')
    .description('List windows')
    .option('--product <product>', 'Only those that may hold for this product')
    .option('--ended', 'Also those that were ended')
    .action(
      makeAction(async (context, _args: [], options: { product?: string; ended?: true }) =>
        listWindows(context, options),
      ),
    );
  command
    .command('show')
    .description('Show a window')
    .argument('<name>', 'Its name')
    .action(makeAction(async (context, [name]: [string]) => showWindow(context, await requireWindow(context, name))));
  command
    .command('check')
    .description('Say whether lanes of a product are open, why not, and when they open')
    .argument('<product>', 'The product')
    .option('--lane <lane>', 'Only this lane: bronze, silver or gold')
    .option('--at <instant>', 'At this instant instead of now, with its offset: 2026-12-24T18:00+01:00')
    .option('--action <action>', 'For what: request, approve, deploy or rollback', 'deploy')
    .option('--for <who>', 'For whom, instead of yourself')
    .option('--exit-code', 'Exit with 6 when a lane is closed')
    .action(
      makeAction(async (context, [product]: [string], options: CheckOptions) => checkLanes(context, product, options)),
    );
  command
    .command('history')
    .description('Show who changed what in a window, newest first')
    .argument('<name>', 'Its name')
    .option('--verify', 'Check every signature, that no revision is missing, and that what is there now was signed')
    .action(
      makeAction(async (context, [name]: [string], options: { verify?: true }) => history(context, name, options)),
    );
  command
    .command('end')
    .description('End a window, signed with your own key: it closes nothing any more')
    .argument('<name>', 'Its name')
    .requiredOption('--reason <text>', descriptions.requiredReason)
    .option('--yes', descriptions.yes)
    .action(
      makeAction(async (context, [name]: [string], options: { reason: string; yes?: true }) =>
        endWindow(context, name, options),
      ),
    );
}
