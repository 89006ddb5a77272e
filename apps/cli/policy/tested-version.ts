import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { LanekeeperError } from '../../../core/errors.js';
import { documentKinds } from '../../../core/governance/document.js';
import type { Mismatch, TestReport } from '../../../core/policy/testing/report.js';
import { termNames } from '../../../core/policy/terms/names.js';
import { verdicts } from '../../../core/policy/verdict.js';
import type { Json } from '../../../core/policy/layers/merge.js';
import { parseLane } from '../../../core/lanes.js';
import { type PromotionKind as KindName, promotionKinds } from '../../../core/promotion/state.js';
import { Verdict } from '#gen/governance/v1/check_run_pb.js';
import { PromotionKind } from '#gen/governance/v1/policy_pb.js';
import type { RunPolicyTestsResponse, TestMismatch } from '#gen/governance/v1/policy_tests_pb.js';
import { usageError } from '../errors/report-error.js';
import { laneName } from '../output/words.js';
import type { Context } from '../program/context.js';

const versionPattern = new RegExp(
  `^(?:(?:${documentKinds.join('|')})/[a-z0-9][a-z0-9-]{0,62}(?:@[1-9][0-9]{0,6})?|sha256:[0-9a-f]{4,64}|[0-9a-f]{8,64})$`,
);

/** The version that is named instead of files; undefined where files are. @throws INVALID_INPUT where more is named beside it */
export function versionAmong(context: Context, paths: readonly string[]): string | undefined {
  const version = paths.find((path) => versionPattern.test(path) && !existsSync(resolve(context.cwd, path)));
  if (version === undefined || paths.length === 1) return version;
  throw usageError(`${version} is a version on the stack`, 'test one version at a time, or files and folders');
}

/** Has the stack run the tests of a version. @throws INVALID_INPUT when it has none */
export async function runTestsOfVersion(context: Context, version: string): Promise<TestReport> {
  const { governance } = await context.api();
  const response = await governance.runPolicyTests({ version });
  if (response.coverage !== undefined) return reportOf(response);
  throw new LanekeeperError('INVALID_INPUT', {
    message: 'the version has no tests',
    object: version,
    why: 'none were signed with its draft',
    next: 'write NAME.test.yaml beside its file: lane policy apply takes it along with the next version',
  });
}

function reportOf({ cases, coverage }: RunPolicyTestsResponse): TestReport {
  return {
    cases: cases.map(({ test, name, file, line, product, lane, kind, outcome, mismatches }) => ({
      ...{ test, name, file, line, product, lane: parseLane(laneName(lane)), kind: kindOf(kind) },
      outcome: oneOf(['PASS', 'APPROVALS', 'OPEN'] as const, outcome),
      mismatches: mismatches.map(mismatchOf),
    })),
    coverage: {
      percent: coverage?.percent ?? 0,
      gates: (coverage?.gates ?? []).map(({ lane, kind, gateId, file, cases: count, verdicts: seen, terms }) => ({
        ...{ lane: parseLane(laneName(lane)), kind: kindOf(kind), gate: gateId, file, cases: count },
        verdicts: seen.map((one) => ({ verdict: oneOf(verdicts, Verdict[one.verdict]), seen: one.seen })),
        terms: terms.map(({ term, passing, notPassing }) => ({ term: oneOf(termNames, term), passing, notPassing })),
      })),
      overrides: (coverage?.overrides ?? []).map(({ override, file, held, notHeld }) => ({
        ...{ override, file, held, notHeld },
      })),
    },
  };
}

function mismatchOf({ gateId, what, expected, actual, explanation, reads }: TestMismatch): Mismatch {
  return {
    ...(gateId !== '' && { gate: gateId }),
    what: oneOf(['outcome', 'verdict', 'severity', 'explanation'] as const, what),
    ...{ expected, actual, explanation },
    reads: reads.map(({ path, value }) => ({ path, value: valueOf(value) })),
  };
}

/** A value that was cut short stays a text. */
function valueOf(text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return text;
  }
}

function kindOf(kind: PromotionKind): KindName {
  return promotionKinds.find((name) => PromotionKind[name] === kind) ?? 'PROMOTION';
}

/** @throws INTERNAL for what this version of `lane` does not know */
function oneOf<T extends string>(known: readonly T[], word: string | undefined): T {
  const found = known.find((one) => one === word);
  if (found !== undefined) return found;
  throw new LanekeeperError('INTERNAL', {
    message: `the API says ${String(word)}, which this version of lane does not know`,
    next: 'use the lane command of the stack',
  });
}
