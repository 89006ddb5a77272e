import { type Digest, hexOf, isDigest } from '../digest.js';
import type { TestReport } from './junit.js';
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
}

/** A statement that tests were run, with their result. */
export function testResultStatement(input: TestResultInput): Statement<TestResultPredicate> {
  const { report, reportDigest, suite } = input;
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
