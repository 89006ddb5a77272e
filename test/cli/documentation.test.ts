import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Code } from '@connectrpc/connect';
import { describe, expect, it } from '@jest/globals';
import { statusOf } from '../../apps/api/errors/status.js';
import { commands } from '../../apps/cli/commands/commands.js';
import { exitCodeMeanings, exitCodeOf } from '../../apps/cli/errors/exit-codes.js';
import { errorCodes } from '../../core/errors.js';

const read = (name: string) => readFile(join(import.meta.dirname, '../../docs', name), 'utf8');
const snakeCase = (name: string) => name.replaceAll(/(?<!^)([A-Z])/g, '_$1').toLowerCase();

describe('the documentation', () => {
  it('names every command', async () => {
    const text = await read('cli.md');
    for (const { name } of commands) expect(text).toContain(`lane ${name}`);
  });

  it('has the exit codes that lane has', async () => {
    const text = await read('cli.md');
    for (const [code, meaning] of exitCodeMeanings) expect(text).toContain(`| ${String(code)} | ${meaning} |`);
  });

  it('has every error with its exit code and status', async () => {
    const text = await read('errors.md');
    for (const code of errorCodes) {
      expect(text).toMatch(
        new RegExp(
          `\\| \`${code}\` \\| .+ \\| ${String(exitCodeOf(code))} \\| \`${snakeCase(Code[statusOf[code]])}\` \\|`,
        ),
      );
    }
  });
});
