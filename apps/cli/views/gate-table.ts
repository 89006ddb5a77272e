import type { CheckRun } from '#gen/governance/v1/check_run_pb.js';
import { Verdict } from '#gen/governance/v1/check_run_pb.js';
import { Severity } from '#gen/governance/v1/policy_pb.js';
import { isOpen, verdicts } from '../../../core/policy/verdict.js';
import type { Context } from '../program/context.js';
import { renderTable } from '../output/table.js';
import { verdictMark } from '../output/words.js';

/** Whether a gate blocks its promotion. */
export function isBlocking(gate: CheckRun): boolean {
  const verdict = verdicts.find((word) => Verdict[word] === gate.verdict);
  return gate.severity === Severity.BLOCKING && (verdict === undefined || isOpen(verdict));
}

/** The verdicts of gates as a table, followed by the next steps for the gates that block. */
export function gateTable(gates: readonly CheckRun[], context: Context): string {
  const { colours } = context.terminal;
  const rows = gates.map((gate) => [
    verdictMark(gate.verdict, colours),
    gate.gateId,
    gate.severity === Severity.ADVISORY ? `${gate.explanation} (advisory)` : gate.explanation,
  ]);
  const steps = [...new Set(gates.filter(isBlocking).map((gate) => gate.nextStep))].filter((step) => step !== '');
  const table = renderTable(
    ['VERDICT', 'GATE', 'WHY'].map((title) => colours.dim(title)),
    rows,
  );
  return steps.length === 0 ? table : [table, '', ...steps.map((step) => `next: ${step}`)].join('\n');
}
