import type { Command } from 'commander';
import type { MakeAction } from '../program/command-module.js';
import { runChecks } from '../doctor/checks.js';
import { retryDeliveries } from '../doctor/deliveries.js';
import { exitCodes } from '../errors/exit-codes.js';
import { renderTable } from '../output/table.js';

/** `lane doctor` */
export function define(command: Command, makeAction: MakeAction): void {
  command.option('--retry', 'First let the dispatcher try parked deliveries again').action(
    makeAction(async (context, _args, options: { retry?: true }) => {
      if (options.retry === true) context.terminal.note(await retryDeliveries(context));
      const checks = await runChecks(context);
      const { colours } = context.terminal;
      await context.show.list(
        'Check',
        checks.map((check) => ({ ...check })),
        () => {
          const table = renderTable(
            ['', 'CHECK', 'FOUND'].map((title) => colours.dim(title)),
            checks.flatMap(({ ok, name, found }) => {
              const [line = '', ...more] = found.split('\n');
              return [[ok ? colours.green('✓') : colours.red('✗'), name, line], ...more.map((text) => ['', '', text])];
            }),
          );
          const fixes = checks.filter((check) => !check.ok && check.fix !== '').map((check) => `next: ${check.fix}`);
          return [table, ...(fixes.length === 0 ? [] : ['', ...new Set(fixes)])].join('\n');
        },
      );
      return checks.every((check) => check.ok) ? exitCodes.ok : exitCodes.error;
    }),
  );
}
