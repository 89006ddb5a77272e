import { type Digest, hexOf, isDigest } from '../digest.js';
import { LanekeeperError } from '../errors.js';
import { canonicalJson, digestOf } from '../hash.js';
import { isInstant } from '../input.js';
import { describeStatement, type StatementDescription } from './describe.js';
import { parseJUnit, type TestReport } from './junit.js';
import { predicateTypes } from './predicate-types.js';
import { type Statement, statementOf, type Subject } from './statement.js';

/** Which tests a result is for: those of the product against the unpacked image, or those against the preview URL. */
export type TestSuite = 'image' | 'preview';

/**
 * The predicate `https://in-toto.io/attestation/test-result/v0.1`; `configuration` names the report that the numbers
 * come from.
 */
export interface TestResultPredicate {
  readonly result: 'PASSED' | 'FAILED';
  readonly configuration: readonly [
    {
      readonly name: 'junit-report';
      readonly uri: string;
      readonly digest: { readonly sha256: string };
      /** Strings only, because in-toto libraries expect that of annotations. */
      readonly annotations: {
        readonly suite: TestSuite;
        readonly passed: string;
        readonly failed: string;
        readonly skipped: string;
        /** When the tests ran, RFC 3339 in UTC, as claimed: it can make the result older, never younger. */
        readonly testedAt?: string;
      };
    },
  ];
  /** What was tested, for a preview. */
  readonly url?: string;
  readonly passedTests: readonly string[];
  readonly failedTests: readonly string[];
}

/** What a test result says, in the terms that policies use. */
export interface TestResultInput {
  readonly suite: TestSuite;
  readonly subject: readonly Subject[];
  readonly report: TestReport;
  /** The report file in the content store. */
  readonly reportDigest: Digest;
  /** The tested address; for previews. */
  readonly url?: string;
  /** RFC 3339 in UTC: what is known about when the tests ran, beside the report. The older time is stated. */
  readonly ranAt?: string;
}

/** A statement that tests were run, with their result. */
export function testResultStatement(input: TestResultInput): Statement<TestResultPredicate> {
  const { report, reportDigest, suite } = input;
  const [testedAt] = [report.testedAt, input.ranAt].filter((time) => time !== undefined).sort();
  return statementOf(predicateTypes.testResult, input.subject, {
    result: report.result,
    configuration: [
      {
        name: 'junit-report',
        uri: `cas:${reportDigest}`,
        digest: { sha256: hexOf(reportDigest) },
        annotations: {
          suite,
          passed: String(report.passed),
          failed: String(report.failed),
          skipped: String(report.skipped),
          ...(testedAt !== undefined && { testedAt }),
        },
      },
    ],
    ...(input.url !== undefined && { url: input.url }),
    passedTests: report.passedTests,
    failedTests: report.failedTests,
  });
}

/** The report that a test result names as the source of its numbers, if it names one. */
export function reportDigestOf(statement: Statement): Digest | undefined {
  const { configuration } = statement.predicate as Readonly<Record<string, unknown>>;
  const [report] = (Array.isArray(configuration) ? configuration : []) as readonly ({
    readonly digest?: { readonly sha256?: unknown };
  } | null)[];
  const digest = `sha256:${String(report?.digest?.sha256)}`;
  return isDigest(digest) ? digest : undefined;
}

/** The kinds of statements that are test results. */
export function isTestResult(kind: string): boolean {
  return kind === 'test-result' || kind === 'preview-check';
}

/**
 * Requires that a test result says what its report says: it names this very report, has its result, its numbers and its
 * tests, and is not younger. Whoever signs a result that the report contradicts proves nothing.
 * @returns what the statement says
 * @throws EVIDENCE_INVALID
 */
export function requireReported(statement: Statement, bytes: Uint8Array): StatementDescription {
  const named = reportDigestOf(statement);
  if (named === undefined) throw contradicted('it names no report');
  if (digestOf(bytes) !== named) throw contradicted('the report is not the one that it names');
  const report = parseJUnit(new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes));
  const described = describeStatement(statement);
  const { attributes, testedAt } = described;
  const said = statement.predicate as Readonly<Record<string, unknown>>;
  const agrees = {
    result: attributes['result'] === report.result && said['result'] === report.result,
    'number of passed tests': attributes['passed'] === report.passed,
    'number of failed tests': attributes['failed'] === report.failed,
    'number of skipped tests': attributes['skipped'] === report.skipped,
    'list of passed tests': sameOrAbsent(said['passedTests'], report.passedTests),
    'list of failed tests': sameOrAbsent(said['failedTests'], report.failedTests),
    time: report.testedAt === undefined || isNotLater(testedAt, report.testedAt),
  };
  const wrong = Object.entries(agrees).flatMap(([what, agreed]) => (agreed ? [] : [what]));
  if (wrong.length > 0) throw contradicted(`the report contradicts its ${wrong.join(', its ')}`);
  return described;
}

function isNotLater(claimed: string | undefined, reported: string): boolean {
  return claimed !== undefined && isInstant(claimed) && Date.parse(claimed) <= Date.parse(reported);
}

function sameOrAbsent(said: unknown, reported: readonly string[]): boolean {
  return said === undefined || canonicalJson(said) === canonicalJson(reported);
}

function contradicted(why: string): LanekeeperError {
  return new LanekeeperError('EVIDENCE_INVALID', {
    message: 'the signed test result does not say what its report says',
    why,
    next: 'have the result made from the report: lane evidence attach BUNDLE --report FILE',
  });
}
