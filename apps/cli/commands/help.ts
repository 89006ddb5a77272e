import type { MakeAction } from '../program/command-module.js';
import type { Command } from 'commander';
import { didYouMean } from '../../../core/did-you-mean.js';
import { usageError } from '../errors/report-error.js';
import { exitCodeMeanings } from '../errors/exit-codes.js';
import { renderTable } from '../output/table.js';

/** `lane help [COMMAND [SUBCOMMAND] | exit-codes]` */
export function define(command: Command, makeAction: MakeAction): void {
  command.argument('[topic...]', 'Command, its subcommand, or exit-codes').action(
    makeAction(async (context, [[topic, ...inner]]: [string[]]) => {
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
      subcommandOf(about, inner).outputHelp();
      return undefined;
    }),
  );
}

/** A command below another one: of `policy test`, `test`. @throws INVALID_INPUT */
function subcommandOf(command: Command, [name, ...inner]: readonly string[]): Command {
  if (name === undefined) return command;
  const names = command.commands.map((each) => each.name());
  const found = command.commands.find((each) => each.name() === name);
  if (found !== undefined) return subcommandOf(found, inner);
  const own = command.name();
  throw usageError(`${own} has no command ${name}${didYouMean(name, names)}`, `lane help ${own}`);
}
