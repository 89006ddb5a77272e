import { asLanekeeperError } from '../../errors.js';
import { type Applicable, lookUp, type RuleBook } from '../../governance/rule-book.js';
import { digestOfJson } from '../../hash.js';
import { lanes } from '../../lanes.js';
import { promotionKinds } from '../../promotion/state.js';
import type { Path } from '../../yaml-file/schema-problems.js';
import { type Evaluation, evaluateGates } from '../evaluate.js';
import type { GateResult } from '../facts.js';
import { requireHotfixPath } from '../hotfix-path.js';
import { layersOf, type ResolutionContext, type ResolvedPolicy, resolveSnapshot } from '../resolve.js';
import { unknownGate } from '../unknown-gate.js';
import { factsOf } from './build-facts.js';
import { CoverageBook } from './coverage.js';
import type { PolicyTest } from './parse-cases.js';
import type { CaseReport, Mismatch, TestReport } from './report.js';
import type { ExpectedGate, TestCase } from './test-file.js';

/**
 * Judges every case of some tests with the rules of a book, and compares what the gates say with what is expected.
 *
 * @throws INVALID_POLICY naming every mistake of the first test that has one, with its file, line and column: a gate that
 *   is not there or does not apply, a policy or profile that is not in force, a policy that cannot be resolved
 */
export function runPolicyTests(book: RuleBook, tests: readonly PolicyTest[]): TestReport {
  const coverage = new CoverageBook(book);
  const cases = tests.flatMap((test) => runTest(book, test, coverage));
  return { cases, coverage: coverage.coverage() };
}

function runTest(book: RuleBook, test: PolicyTest, coverage: CoverageBook): readonly CaseReport[] {
  const problems: { readonly path: Path; readonly text: string }[] = [];
  const reports = test.cases.flatMap((one, index): readonly CaseReport[] => {
    const path = ['spec', 'cases', index];
    try {
      const scene = resolveCase(book, test, one);
      const wrong = wrongNames(one, scene, path);
      problems.push(...wrong);
      return wrong.length > 0 ? [] : [judge(test, one, scene, path, coverage)];
    } catch (error) {
      const known = asLanekeeperError(error);
      if (known === undefined) throw error;
      problems.push({ path, text: `${one.name}: ${[known.message, known.why].filter(Boolean).join(': ')}` });
      return [];
    }
  });
  if (problems.length > 0) throw test.refuse(problems);
  return reports;
}

interface Scene extends Pick<Applicable, 'rules'> {
  readonly context: ResolutionContext;
  readonly resolved: ResolvedPolicy;
  readonly profile: string;
}

function resolveCase(book: RuleBook, { policy, profile: ofTest }: PolicyTest, one: TestCase): Scene {
  const { product, lane, kind, given } = one;
  const transformationProfile = given.transformation?.profile ?? ofTest ?? '';
  const { rules } = lookUp(book, { product, lane, transformationProfile, ...(policy !== undefined && { policy }) });
  const profile = rules.profile?.name ?? '';
  const { transformation } = factsOf(one, digestOfJson({}), profile);
  const context = {
    product,
    lane,
    kind,
    ...(transformation !== undefined && { transformation: { ...transformation } }),
  };
  const resolved = resolveSnapshot(rules, context);
  requireHotfixPath(resolved.snapshot);
  return { rules, context, resolved, profile };
}

function judge(test: PolicyTest, one: TestCase, scene: Scene, path: Path, coverage: CoverageBook): CaseReport {
  const { snapshot } = scene.resolved;
  const facts = factsOf(one, digestOfJson(snapshot), scene.profile);
  const evaluation = evaluateGates(snapshot, facts, one.now, [], { explain: true });
  coverage.add(test, scene, evaluation.results);
  return {
    ...{ test: test.name, name: one.name, file: test.fileName, line: test.placeOf([...path, 'name']).line },
    ...{ product: one.product, lane: one.lane, kind: one.kind, outcome: evaluation.outcome },
    mismatches: mismatchesOf(one, evaluation),
  };
}

function mismatchesOf({ expect }: TestCase, { outcome, reason, results }: Evaluation): readonly Mismatch[] {
  const mismatches: Mismatch[] = [];
  if (expect.outcome !== undefined && expect.outcome !== outcome)
    mismatches.push({
      ...{ what: 'outcome', expected: expect.outcome, actual: outcome },
      ...{ explanation: reason, reads: [] },
    });
  for (const result of results) {
    const wanted = Object.hasOwn(expect.gates, result.gate) ? expect.gates[result.gate] : undefined;
    if (wanted !== undefined) mismatches.push(...mismatchesOfGate(wanted, result));
  }
  return mismatches;
}

function mismatchesOfGate(wanted: ExpectedGate, result: GateResult): readonly Mismatch[] {
  const { gate, verdict, severity, explanation, clauses } = result;
  const about = { gate, explanation, reads: clauses.flatMap(({ reads = [] }) => reads) };
  return [
    ...(wanted.verdict === verdict
      ? []
      : [{ ...about, what: 'verdict' as const, expected: wanted.verdict, actual: verdict }]),
    ...(wanted.severity === undefined || wanted.severity === severity
      ? []
      : [{ ...about, what: 'severity' as const, expected: wanted.severity, actual: severity }]),
    ...(wanted.explanation === undefined || explanation.includes(wanted.explanation)
      ? []
      : [{ ...about, what: 'explanation' as const, expected: wanted.explanation, actual: explanation }]),
  ];
}

/** Gates that a case names, and that do not apply in it: it would pass whatever they say. */
function wrongNames({ expect, given, ...one }: TestCase, { rules, context, resolved }: Scene, path: Path) {
  const there = new Set(resolved.snapshot.gates.map(({ id }) => id));
  const named = [
    ...Object.keys(expect.gates).map((gate) => ({ gate, path: [...path, 'expect', 'gates', gate] })),
    ...(given.waivers ?? []).map(({ gate }, index) => ({
      ...{ gate, path: [...path, 'given', 'waivers', index, 'gate'] },
    })),
  ].filter(({ gate }) => !there.has(gate));
  if (named.length === 0) return [];
  const written = new Set(
    layersOf(rules).flatMap(({ gates, overrides }) =>
      [...gates, ...overrides.flatMap(({ add }) => add)].map(({ id }) => id),
    ),
  );
  return named.map(({ gate, path: at }) => ({
    path: at,
    text: written.has(gate)
      ? `gate ${gate} does not apply to a ${one.kind.toLowerCase()} into ${one.lane}; ${whereItApplies(gate, rules, context)}`
      : unknownGate(gate, written),
  }));
}

function whereItApplies(gate: string, rules: Scene['rules'], context: ResolutionContext): string {
  const found = promotionKinds.flatMap((kind) => {
    const used = lanes.filter((lane) =>
      resolveSnapshot(rules, { ...context, lane, kind }).snapshot.gates.some(({ id }) => id === gate),
    );
    return used.length === 0 ? [] : [`to a ${kind.toLowerCase()} into ${used.join(', ')}`];
  });
  return found.length === 0 ? 'it was removed' : `it applies ${found.join(', and ')}`;
}
