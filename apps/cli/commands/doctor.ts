import type { Command } from 'commander';
import type { MakeAction } from '../program/command-module.js';
import { runChecks } from '../doctor/checks.js';
import { exitCodes } from '../errors/exit-codes.js';
import { renderTable } from '../output/table.js';

/** `lane doctor` */
export function define(command: Command, makeAction: MakeAction): void {
  command.action(
    makeAction(async (context) => {
      const checks = await runChecks(context);
      const { colours } = context.terminal;
      await context.show.list(
        'Check',
        checks.map((check) => ({ ...check })),
        () => {
          const table = renderTable(
            ['', 'CHECK', 'FOUND'].map((title) => colours.dim(title)),
            checks.map((check) => [check.ok ? colours.green('✓') : colours.red('✗'), check.name, check.found]),
          );
          const fixes = checks.filter((check) => !check.ok && check.fix !== '').map((check) => `next: ${check.fix}`);
          return [table, ...(fixes.length === 0 ? [] : ['', ...new Set(fixes)])].join('\n');
        },
      );
      return checks.every((check) => check.ok) ? exitCodes.ok : exitCodes.error;
    }),
  );
}
