import type { Command } from 'commander';
import type { MakeAction } from '../program/command-module.js';
import { listHolds } from '../restriction/hold.js';

/** `lane holds [PRODUCT]` */
export function define(command: Command, makeAction: MakeAction): void {
  command
    .argument('[product]', 'Only what holds this product')
    .action(makeAction(async (context, [product]: [string | undefined]) => listHolds(context, product)));
}
