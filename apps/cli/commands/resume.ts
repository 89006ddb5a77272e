import type { Command } from 'commander';
import type { MakeAction } from '../program/command-module.js';
import { descriptions } from '../program/descriptions.js';
import { resume, type ScopeOptions } from '../restriction/hold.js';

interface Options extends ScopeOptions {
  readonly reason: string;
  readonly hold?: string;
  readonly yes?: true;
}

/** `lane resume [PRODUCT] --reason TEXT` */
export function define(command: Command, makeAction: MakeAction): void {
  command
    .argument('[product]', 'The product whose lanes are held')
    .option('--lane <lane>', 'The lane that is held by itself: bronze, silver or gold')
    .option('--all', 'What holds every product')
    .option('--hold <id>', 'Which one, where it is held for several reasons')
    .requiredOption('--reason <text>', descriptions.requiredReason)
    .option('--yes', descriptions.yes)
    .action(
      makeAction(async (context, [product]: [string | undefined], options: Options) =>
        resume(context, product, options),
      ),
    );
}
