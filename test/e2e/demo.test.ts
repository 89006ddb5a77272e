import { chmod } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { execa } from 'execa';
import { scratchFolder } from '../support/scratch.js';

const program = join(import.meta.dirname, '../../dist/demo.js');

interface StepReport {
  readonly step: string;
  readonly ok: boolean;
  readonly seen: string;
}

/** Runs the demo with something broken on purpose. */
async function demoWith(
  sabotage: string,
  ...more: readonly string[]
): Promise<{ code: number | undefined; reports: readonly StepReport[] }> {
  const folder = await scratchFolder();
  await chmod(folder, 0o711);
  const args = ['--once', '--json', '--break', sabotage, '--folder', join(folder, 'demo'), ...more];
  const { exitCode, stdout } = await execa(process.execPath, [program, ...args], { lines: true, reject: false });
  return { code: exitCode, reports: stdout.map((line) => JSON.parse(line) as StepReport) };
}

const broken = [
  { sabotage: 'wrong-key', step: 'release.signed', seen: 'refused', options: [] },
  { sabotage: 'wrong-digest', step: 'release.built', seen: 'another digest', options: [] },
  { sabotage: 'dead-router', step: 'bronze.live', seen: 'timed out after 30 s', options: ['--patience', '30'] },
] as const;

describe('the demo notices', () => {
  test.each(broken)(
    'a $sabotage: $step is not ok, no later step is claimed, and the exit code is 1',
    async ({ sabotage, step, seen, options }) => {
      const { code, reports } = await demoWith(sabotage, ...options);
      const failed = reports.findIndex((report) => report.step === step);
      expect(code).toBe(1);
      expect(reports).toHaveLength(30);
      expect(reports[failed]).toMatchObject({ ok: false, seen: expect.stringContaining(seen) });
      expect(reports.slice(0, failed).every((report) => report.ok)).toBe(true);
      expect(reports.slice(failed).some((report) => report.ok)).toBe(false);
    },
  );
});
