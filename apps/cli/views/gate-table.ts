import type { CheckRun, Clause, Notice } from '#gen/governance/v1/check_run_pb.js';
import { Verdict } from '#gen/governance/v1/check_run_pb.js';
import { Severity } from '#gen/governance/v1/policy_pb.js';
import { isOpen, verdicts } from '../../../core/policy/verdict.js';
import { wordsOf } from '../../../core/policy/words-of-profile.js';
import { heading } from '../output/profile-words.js';
import { type ExitCode, exitCodes } from '../errors/exit-codes.js';
import type { Context } from '../program/context.js';
import { renderTable } from '../output/table.js';
import { verdictMark } from '../output/words.js';

/** Whether a gate blocks its promotion. */
export function isBlocking(gate: CheckRun): boolean {
  return gate.severity === Severity.BLOCKING && isOpenVerdict(gate.verdict);
}

function isOpenVerdict(given: Verdict): boolean {
  const verdict = verdicts.find((word) => Verdict[word] === given);
  return verdict === undefined || isOpen(verdict);
}

/** The verdicts of gates as a table, followed by the notices and by the next steps for what blocks. */
export function gateTable(
  gates: readonly CheckRun[],
  notices: readonly Notice[],
  context: Context,
  words = wordsOf(),
): string {
  const { colours } = context.terminal;
  const rows = gates.flatMap((gate) => [
    [
      verdictMark(gate.verdict, colours),
      gate.gateId,
      gate.severity === Severity.ADVISORY ? `${gate.explanation} (advisory)` : gate.explanation,
    ],
    ...alsoOpen(gate).map(({ verdict, explanation }) => [verdictMark(verdict, colours), '', explanation]),
  ]);
  const wanted = [...gates.filter(isBlocking), ...notices].map(({ nextStep }) => nextStep);
  const steps = [...new Set(wanted)].filter((step) => step !== '');
  const table = renderTable(
    ['VERDICT', heading(words, 'gate'), 'WHY'].map((title) => colours.dim(title)),
    rows,
  );
  return [
    ...(gates.length === 0 ? [] : [table]),
    ...(notices.length === 0 ? [] : [noticeLines(notices, context)]),
    ...(steps.length === 0 ? [] : [steps.map((step) => `next: ${step}`).join('\n')]),
  ].join('\n\n');
}

/** The open parts of a gate besides the one that its own explanation is about. */
function alsoOpen({ clauses }: CheckRun): readonly Clause[] {
  return clauses.filter(({ verdict }) => isOpenVerdict(verdict)).slice(1);
}

/** The exit code for what gates and notices say: whether what holds can still come, or is decided. */
export function exitCodeOfGates(gates: readonly CheckRun[], notices: readonly Notice[]): ExitCode | undefined {
  const blocking = gates.filter(isBlocking);
  const holding = notices.filter(({ holds }) => holds);
  if (blocking.length + holding.length === 0) return undefined;
  const isDecided =
    blocking.some(({ verdict }) => verdict === Verdict.FAIL) || holding.some(({ id }) => id === 'rollback-target');
  return isDecided ? exitCodes.blocked : exitCodes.pending;
}

/** What is said besides the gates: what holds the promotion stands out. */
export function noticeLines(
  notices: readonly { readonly holds: boolean; readonly explanation: string }[],
  { terminal: { colours } }: Context,
): string {
  return notices
    .map(({ holds, explanation }) => `${holds ? colours.yellow('holds') : colours.dim('note')}: ${explanation}`)
    .join('\n');
}
