import { wordsOfMismatch } from '../../../core/policy/testing/junit.js';
import type { CaseReport, Coverage, GateCoverage, TestReport } from '../../../core/policy/testing/report.js';
import { laneAndKind } from '../../../core/promotion/state.js';
import { renderTable } from '../output/table.js';
import type { PlainObject } from '../output/plain.js';
import type { Context } from '../program/context.js';
import { counted } from '../output/counted.js';

/** What became of tests, for machines. */
export function plainReport({ cases, coverage }: TestReport): PlainObject {
  return {
    passed: cases.filter(hasPassed).length,
    failed: cases.filter((one) => !hasPassed(one)).length,
    cases: cases.map(({ mismatches, ...one }) => ({
      ...one,
      passed: mismatches.length === 0,
      mismatches: mismatches.map(({ reads, gate = '', ...mismatch }) => ({
        ...{ ...mismatch, gate },
        reads: reads.map(({ path, value }) => ({ path, value: JSON.stringify(value) })),
      })),
    })),
    coverage: {
      percent: coverage.percent,
      gates: coverage.gates.map(({ verdicts, terms, ...gate }) => ({
        ...gate,
        verdicts: verdicts.map((one) => ({ ...one })),
        terms: terms.map((one) => ({ ...one })),
      })),
      overrides: coverage.overrides.map((one) => ({ ...one })),
    },
  };
}

/** What became of tests, for people: each case, why those failed that did, and what was seen of each gate. */
export function textOfReport({ cases, coverage }: TestReport, context: Context): string {
  const { colours } = context.terminal;
  const failed = cases.filter((one) => !hasPassed(one));
  const table = renderTable(
    ['', 'CASE', 'LANE', 'WHERE'].map((title) => colours.dim(title)),
    cases.map((one) => [
      hasPassed(one) ? colours.green('✓') : colours.red('✗'),
      one.name,
      laneOf(one),
      `${one.file}:${String(one.line)}`,
    ]),
  );
  const reasons = failed.map(({ name, file, line, mismatches }) =>
    [
      `${colours.red('✗')} ${colours.bold(name)} (${file}:${String(line)})`,
      ...mismatches.map((one) => `  ${wordsOfMismatch(one)}`),
    ].join('\n'),
  );
  const passed = `${String(cases.length - failed.length)} of ${counted(cases.length, 'case')} passed`;
  return [table, ...reasons, coverageText(coverage, context), `${passed}, ${String(coverage.percent)} % seen`].join(
    '\n\n',
  );
}

function hasPassed({ mismatches }: CaseReport): boolean {
  return mismatches.length === 0;
}

function laneOf({ lane, kind }: Pick<CaseReport, 'lane' | 'kind'>): string {
  return laneAndKind(lane, kind);
}

function coverageText({ gates, overrides }: Coverage, { terminal: { colours } }: Context): string {
  const ofGates = renderTable(
    ['LANE', 'GATE', 'OF', 'CASES', 'SEEN', 'NOT SEEN'].map((title) => colours.dim(title)),
    gates.map((gate) => [
      laneOf(gate),
      gate.gate,
      gate.file,
      gate.cases === 0 ? colours.red('never') : String(gate.cases),
      gate.verdicts
        .filter(({ seen }) => seen)
        .map(({ verdict }) => verdict)
        .join(' '),
      colours.yellow(notSeen(gate).join(', ')),
    ]),
  );
  const ofOverrides = overrides.map(({ override, file, held, notHeld }) => {
    const lacks = [...(held ? [] : ['that it holds']), ...(notHeld ? [] : ['that it does not'])];
    return `override ${override} (${file}): ${lacks.length === 0 ? 'seen to hold, and not to hold' : colours.yellow(`not seen: ${lacks.join(', ')}`)}`;
  });
  return [ofGates, ...(ofOverrides.length === 0 ? [] : [ofOverrides.join('\n')])].join('\n\n');
}

function notSeen({ verdicts, terms }: GateCoverage): readonly string[] {
  return [
    ...terms.filter(({ passing }) => !passing).map(({ term }) => `${term} passing`),
    ...terms.filter(({ notPassing }) => !notPassing).map(({ term }) => `${term} not passing`),
    ...verdicts.filter(({ seen }) => !seen).map(({ verdict }) => verdict),
  ];
}
