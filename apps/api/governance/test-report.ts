import { create, type MessageInitShape } from '@bufbuild/protobuf';
import { Verdict } from '#gen/governance/v1/check_run_pb.js';
import {
  type RunPolicyTestsResponse,
  RunPolicyTestsResponseSchema,
  type TestCaseSchema,
  type TestCoverageSchema,
  type TestMismatchSchema,
} from '#gen/governance/v1/policy_tests_pb.js';
import type { CaseReport, Coverage, Mismatch, TestReport } from '../../../core/policy/testing/report.js';
import { bounded, toLane, toPromotionKind } from '../convert.js';

/** How much an answer holds of what is told of tests: of mismatches of one case and of all, though one of each case that failed. */
const most = { cases: 200, mismatches: 20, allMismatches: 400, reads: 20, gates: 2_000, overrides: 500 } as const;

/** What became of tests, for the wire. */
export function toTestReport({ cases, coverage }: TestReport): RunPolicyTestsResponse {
  let left: number = most.allMismatches;
  return create(RunPolicyTestsResponseSchema, {
    cases: cases.slice(0, most.cases).map((one) => {
      const told = one.mismatches.slice(0, Math.max(1, Math.min(most.mismatches, left)));
      left -= told.length;
      return toCase(one, told);
    }),
    coverage: toCoverage(coverage),
  });
}

function toCase(one: CaseReport, told: readonly Mismatch[]): MessageInitShape<typeof TestCaseSchema> {
  const { test, name, file, line, product, lane, kind, outcome, mismatches } = one;
  return {
    ...{ test: bounded(test, 200), name: bounded(name, 300), file: bounded(file, 200), line },
    ...{ product: bounded(product, 63), lane: toLane(lane), kind: toPromotionKind(kind), outcome },
    passed: mismatches.length === 0,
    mismatches: told.map(toMismatch),
  };
}

function toMismatch(one: Mismatch): MessageInitShape<typeof TestMismatchSchema> {
  const { gate = '', what, expected, actual, explanation, reads } = one;
  return {
    ...{ gateId: gate, what, expected: bounded(expected, 1000), actual: bounded(actual, 1000) },
    explanation: bounded(explanation, 1000),
    reads: reads.slice(0, most.reads).map(({ path, value }) => ({
      ...{ path: bounded(path, 4000), value: bounded(JSON.stringify(value), 4000) },
    })),
  };
}

function toCoverage({ percent, gates, overrides }: Coverage): MessageInitShape<typeof TestCoverageSchema> {
  return {
    percent,
    gates: gates.slice(0, most.gates).map(({ lane, kind, gate, file, cases, verdicts, terms }) => ({
      ...{ lane: toLane(lane), kind: toPromotionKind(kind), gateId: gate, file: bounded(file, 200), cases },
      verdicts: verdicts.map(({ verdict, seen }) => ({ verdict: Verdict[verdict], seen })),
      terms: terms.map((term) => ({ ...term })),
    })),
    overrides: overrides.slice(0, most.overrides).map((one) => ({ ...one, file: bounded(one.file, 200) })),
  };
}
