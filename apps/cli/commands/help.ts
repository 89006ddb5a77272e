import type { MakeAction } from '../program/command-module.js';
import type { Command } from 'commander';
import { usageError } from '../errors/report-error.js';
import { exitCodeMeanings } from '../errors/exit-codes.js';
import { renderTable } from '../output/table.js';

/** `lane help [COMMAND | exit-codes]` */
export function define(command: Command, makeAction: MakeAction): void {
  command.argument('[topic]', 'Command, or exit-codes').action(
    makeAction(async (context, [topic]: [string | undefined]) => {
      const root = command.parent;
      if (topic === 'exit-codes') {
        const items = exitCodeMeanings.map(([code, meaning]) => ({ code, meaning }));
        await context.show.list('ExitCode', items, () =>
          renderTable(
            ['CODE', 'MEANING'],
            exitCodeMeanings.map(([code, meaning]) => [String(code), meaning]),
          ),
        );
        return undefined;
      }
      const about = topic === undefined ? root : root?.commands.find((each) => each.name() === topic);
      if (about === undefined || about === null) throw usageError(`unknown command ${topic ?? ''}`, 'lane help');
      about.outputHelp();
      return undefined;
    }),
  );
}
