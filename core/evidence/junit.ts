import { XMLParser } from 'fast-xml-parser';
import { LanekeeperError, messageOf } from '../errors.js';
import { parseReportTime } from './report-time.js';

/** The summary of a JUnit report. */
export interface TestReport {
  /** PASSED when at least one test ran and none failed. */
  readonly result: 'PASSED' | 'FAILED';
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  /** Names, the first {@link maxNames} of each kind. */
  readonly passedTests: readonly string[];
  readonly failedTests: readonly string[];
  /** When the first of its suites ran, RFC 3339 in UTC; absent when the report does not say. */
  readonly testedAt?: string;
}

/** The largest report that is read, in bytes and in characters. */
export const maxReportLength = 8 * 1024 * 1024;
const maxNames = 200;
const maxNameLength = 200;
const maxCases = 100_000;

const parser = new XMLParser({
  ignoreAttributes: false,
  attributeNamePrefix: '@',
  processEntities: false,
  parseTagValue: false,
  parseAttributeValue: false,
  maxNestedTags: 50,
});

type Outcome = 'passed' | 'failed' | 'skipped';

/**
 * Reads a JUnit XML report by its test cases; the totals that it claims are not trusted.
 * @throws EVIDENCE_INVALID when it is not such a report, has a document type declaration, has a time that is not ISO
 * 8601, or no test ran
 */
export function parseJUnit(text: string): TestReport {
  if (text.length > maxReportLength) throw invalid(`it is longer than ${String(maxReportLength)} characters`);
  // Without a document type declaration there are no entities to expand and nothing to fetch.
  if (/<!DOCTYPE/i.test(text)) throw invalid('it has a document type declaration, which is not allowed');
  const { cases, times } = contentOf(parseXml(text));
  const [testedAt] = times.sort();
  const named = (outcome: Outcome): string[] => cases.filter((one) => one.outcome === outcome).map((one) => one.name);
  const [passed, failed, skipped] = [named('passed'), named('failed'), named('skipped')];
  if (passed.length + failed.length === 0) throw invalid('no test ran');
  return {
    result: failed.length === 0 ? 'PASSED' : 'FAILED',
    passed: passed.length,
    failed: failed.length,
    skipped: skipped.length,
    passedTests: passed.slice(0, maxNames),
    failedTests: failed.slice(0, maxNames),
    ...(testedAt !== undefined && { testedAt }),
  };
}

function parseXml(text: string): Record<string, unknown> {
  let root: unknown;
  try {
    // With validation, because a truncated report would otherwise lose its failures; the replacement for this option is
    // a separate package.
    // eslint-disable-next-line @typescript-eslint/no-deprecated
    root = parser.parse(text, true);
  } catch (error) {
    throw invalid(messageOf(error));
  }
  const found = record(root);
  if (found === undefined || !('testsuites' in found || 'testsuite' in found))
    throw invalid('its root is neither <testsuites> nor <testsuite>');
  return found;
}

/** The test cases, and the times of the suites. */
function contentOf(root: Record<string, unknown>): {
  cases: { name: string; outcome: Outcome }[];
  times: string[];
} {
  const cases: { name: string; outcome: Outcome }[] = [];
  const times: string[] = [];
  const visit = (node: Record<string, unknown>): void => {
    for (const one of list(node['testcase'])) {
      if (cases.length >= maxCases) throw invalid(`it has more than ${String(maxCases)} test cases`);
      cases.push({ name: nameOf(one), outcome: outcomeOf(one) });
    }
    for (const suite of [...list(node['testsuites']), ...list(node['testsuite'])]) {
      times.push(...timeOf(suite));
      visit(suite);
    }
  };
  visit(root);
  return { cases, times };
}

/** A time that cannot be read is refused: without it, old tests could pass for new ones. */
function timeOf({ '@timestamp': given }: Record<string, unknown>): string[] {
  if (given === undefined) return [];
  const time = typeof given === 'string' ? parseReportTime(given) : undefined;
  if (time === undefined)
    throw invalid(`its timestamp ${JSON.stringify(given).slice(0, 42)} is not a time of ISO 8601`);
  return [time];
}

function outcomeOf(testcase: Record<string, unknown>): Outcome {
  if ('failure' in testcase || 'error' in testcase) return 'failed';
  return 'skipped' in testcase ? 'skipped' : 'passed';
}

function nameOf(testcase: Record<string, unknown>): string {
  const name = testcase['@name'];
  return (typeof name === 'string' ? name : 'unnamed test').slice(0, maxNameLength);
}

/** The children of one tag; the parser returns a lone child as itself, and an empty one as a string. */
function list(value: unknown): Record<string, unknown>[] {
  if (value === undefined) return [];
  return (Array.isArray(value) ? value : [value]).map((one) => record(one) ?? {});
}

function record(value: unknown): Record<string, unknown> | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value))
    : undefined;
}

function invalid(why: string): LanekeeperError {
  return new LanekeeperError('EVIDENCE_INVALID', {
    message: 'this is not a usable JUnit report',
    why,
    next: 'write the report with a JUnit reporter, for example: node --test --test-reporter=junit',
  });
}
