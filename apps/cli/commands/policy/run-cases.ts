import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { junitOf } from '../../../../core/policy/testing/junit.js';
import type { TestReport } from '../../../../core/policy/testing/report.js';
import { runPolicyTests } from '../../../../core/policy/testing/run-cases.js';
import { type ExitCode, exitCodes } from '../../errors/exit-codes.js';
import { usageError } from '../../errors/report-error.js';
import { bookOf } from '../../policy/book.js';
import { readTests } from '../../policy/read-cases.js';
import { plainReport, textOfReport } from '../../policy/test-report.js';
import { runTestsOfVersion, versionAmong } from '../../policy/tested-version.js';
import type { Context } from '../../program/context.js';

/** How tests are run. */
export interface TestOptions {
  readonly junit?: string;
  readonly coverageAtLeast?: string;
}

/** Runs tests of policies: those in files without a stack, those of a version on it. */
export async function testPolicies(
  context: Context,
  paths: readonly string[],
  { junit, coverageAtLeast }: TestOptions,
): Promise<ExitCode | undefined> {
  const wanted = percentOf(coverageAtLeast);
  const version = versionAmong(context, paths);
  const report = version === undefined ? await runFiles(context, paths) : await runTestsOfVersion(context, version);
  if (junit !== undefined) await writeFile(resolve(context.cwd, junit), junitOf(report.cases));
  const failed = report.cases.filter(({ mismatches }) => mismatches.length > 0).length;
  const tooLittle = report.coverage.percent < wanted;
  await context.show.object('PolicyTestReport', plainReport(report), () => textOfReport(report, context));
  if (tooLittle)
    context.terminal.note(`${String(report.coverage.percent)} % were seen, and ${String(wanted)} % are asked for`);
  return failed > 0 || tooLittle ? exitCodes.blocked : undefined;
}

async function runFiles(context: Context, paths: readonly string[]): Promise<TestReport> {
  const { tests, documents } = await readTests(context, paths);
  return runPolicyTests(await bookOf(documents, paths.join(', ')), tests);
}

function percentOf(text = '0'): number {
  if (/^\d{1,3}$/.test(text) && Number(text) <= 100) return Number(text);
  throw usageError(`${text} is no percentage`, 'write a whole number from 0 to 100');
}
