import type { Command } from 'commander';
import type { MakeAction } from '../program/command-module.js';
import { descriptions } from '../program/descriptions.js';
import { hold, type ScopeOptions } from '../restriction/hold.js';

interface Options extends ScopeOptions {
  readonly reason: string;
  readonly hotfixes?: true;
  readonly rollbacks?: true;
  readonly yes?: true;
}

/** `lane hold [PRODUCT] --reason TEXT` */
export function define(command: Command, makeAction: MakeAction): void {
  command
    .argument('[product]', 'The product whose lanes are held')
    .option('--lane <lane>', 'Only this lane: bronze, silver or gold')
    .option('--all', 'Every product')
    .requiredOption('--reason <text>', descriptions.requiredReason)
    .option('--hotfixes', 'Stop hotfixes, too')
    .option('--rollbacks', 'Stop rollbacks, too')
    .option('--yes', descriptions.yes)
    .action(
      makeAction(async (context, [product]: [string | undefined], options: Options) => hold(context, product, options)),
    );
}
