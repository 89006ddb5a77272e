import { LanekeeperError, messageOf } from '../../../core/errors.js';
import { domainErrorOf } from './domain-error.js';
import { type ExitCode, exitCodeOf, exitCodes } from './exit-codes.js';
import type { Terminal } from '../program/terminal.js';

/** Ends the command with an exit code without a domain error, for example when a wait timed out. */
export class ExitError extends Error {
  readonly exitCode: ExitCode;
  readonly next: string | undefined;

  constructor(exitCode: ExitCode, message: string, next?: string) {
    super(message);
    this.name = 'ExitError';
    this.exitCode = exitCode;
    this.next = next;
  }
}

/** A command that was not understood. */
export function usageError(message: string, next?: string): LanekeeperError {
  return new LanekeeperError('INVALID_INPUT', { message, ...(next !== undefined && { next }) });
}

interface ErrorReport {
  readonly exitCode: ExitCode;
  readonly code?: string;
  readonly message: string;
  readonly object?: string | undefined;
  readonly why?: string | undefined;
  readonly next?: string | undefined;
}

function describe(error: unknown): ErrorReport {
  if (error instanceof ExitError) return { exitCode: error.exitCode, message: error.message, next: error.next };
  const known = domainErrorOf(error);
  if (known !== undefined) return { exitCode: exitCodeOf(known.code), code: known.code, ...known.detail };
  return { exitCode: exitCodes.error, code: 'INTERNAL', message: messageOf(error), next: 'lane doctor' };
}

/**
 * Reports on standard error what happened, to which object, why, and what to do next; as JSON with `-o json`.
 * @returns the exit code
 */
export function reportError(error: unknown, terminal: Terminal, format: string): ExitCode {
  const report = describe(error);
  if (format === 'json') {
    terminal.note(JSON.stringify({ error: report }));
    return report.exitCode;
  }
  const { colours } = terminal;
  const isNotice = report.exitCode === exitCodes.interrupted || report.exitCode === exitCodes.timedOut;
  const title = isNotice ? report.message : `${colours.red('error:')} ${report.message}`;
  const object =
    report.object !== undefined && !report.message.includes(report.object) ? [`object: ${report.object}`] : [];
  const lines = [
    title,
    ...object,
    ...(report.why === undefined || report.why === '' ? [] : [`why: ${report.why}`]),
    ...(report.next === undefined || report.next === '' ? [] : [`next: ${report.next}`]),
  ];
  terminal.note(lines.join('\n'));
  return report.exitCode;
}
