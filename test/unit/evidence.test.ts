import { describe, expect, test } from '@jest/globals';
import { type Decision, decisionStatement } from '../../core/evidence/decision.js';
import { parseDecisionStatement } from '../../core/evidence/read-decision.js';
import { describeStatement } from '../../core/evidence/describe.js';
import { parseJUnit } from '../../core/evidence/junit.js';
import { predicateTypes } from '../../core/evidence/predicate-types.js';
import { type Statement, statementOf, subjectOf } from '../../core/evidence/statement.js';
import {
  requireReported,
  type TestResultInput,
  type TestResultPredicate,
  type TestSuite,
  testResultStatement,
} from '../../core/evidence/test-result.js';
import { verificationSummaryStatement } from '../../core/evidence/verification-summary.js';
import { digestOf } from '../../core/hash.js';

const bundle = digestOf('a bundle');
const approval: Decision = {
  bundle,
  verb: 'approve',
  principal: 'rita',
  tenant: 'default',
  product: 'shop',
  lane: 'gold',
  promotion: { id: '01234567-89ab-cdef-0123-456789abcdef', workflowId: 'promotion/default/shop/gold/x' },
  policySnapshot: digestOf('policy'),
  facts: digestOf('facts'),
  nonce: 'n0nce-n0nce-n0nce',
  issuedAt: '2026-03-01T09:00:00Z',
  expiresAt: '2026-03-01T10:00:00Z',
};

describe('a decision', () => {
  test('is read back from its statement unchanged', () => {
    expect(parseDecisionStatement(decisionStatement(approval))).toEqual(approval);
  });

  test.each<[string, Partial<Record<keyof Decision, unknown>>]>([
    ['no promotion', { promotion: undefined }],
    ['no facts', { facts: undefined }],
    ['no policy snapshot', { policySnapshot: undefined }],
    ['an unknown verb', { verb: 'bless' }],
    ['an unknown lane', { lane: 'platinum' }],
    ['an unknown field', { extra: 1 } as object],
    ['a short nonce', { nonce: 'x' }],
    ['an expiry before its time of issue', { expiresAt: '2026-03-01T08:00:00Z' }],
    ['an expiry after a month', { expiresAt: '2026-04-01T08:00:00Z' }],
    ['a time without a time zone', { issuedAt: '2026-03-01T09:00:00' }],
  ])('with %s is refused', (_what, change) => {
    const { bundle: _bundle, ...predicate } = JSON.parse(JSON.stringify({ ...approval, ...change })) as Decision;
    expect(() =>
      parseDecisionStatement(statementOf(predicateTypes.decision, [subjectOf('shop', bundle)], predicate)),
    ).toThrow(expect.objectContaining({ code: 'EVIDENCE_INVALID' }));
  });

  test('about two subjects, or one with another name, is refused', () => {
    const { predicate } = decisionStatement(approval);
    for (const subjects of [
      [subjectOf('shop', bundle), subjectOf('shop', digestOf('b'))],
      [subjectOf('other', bundle)],
    ]) {
      expect(() => parseDecisionStatement(statementOf(predicateTypes.decision, subjects, predicate))).toThrow(
        expect.objectContaining({ code: 'EVIDENCE_INVALID' }),
      );
    }
  });
});

describe('a JUnit report', () => {
  test('is counted by its test cases, whatever totals it claims', () => {
    const report =
      parseJUnit(`<?xml version="1.0"?><testsuites><testsuite tests="99" failures="0"><testcase name="a"/><testcase name="b"><failure>no</failure></testcase>
      <testsuite><testcase name="c"><skipped/></testcase><testcase name="d"><error/></testcase></testsuite></testsuite><testcase name="e"/></testsuites>`);
    expect(report).toMatchObject({
      result: 'FAILED',
      passed: 2,
      failed: 2,
      skipped: 1,
      failedTests: ['b', 'd'],
      passedTests: ['e', 'a'],
    });
  });

  test.each([
    ['text that is not XML', 'hello'],
    ['an unclosed tag', '<testsuites><testsuite>'],
    ['its end missing', '<testsuites><testcase name="a"/><testcase name="b"><fail'],
    ['another root element', '<html/>'],
    ['no tests', '<testsuites></testsuites>'],
    ['only skipped tests', '<testsuites><testcase name="a"><skipped/></testcase></testsuites>'],
    ['a document type', '<!DOCTYPE x [<!ENTITY a "b">]><testsuites><testcase name="&a;"/></testsuites>'],
    ['a time that is none', '<testsuite timestamp="yesterday"><testcase name="a"/></testsuite>'],
    ['a day that does not exist', '<testsuite timestamp="2026-02-30T09:00:00"><testcase name="a"/></testsuite>'],
    ['an empty time', '<testsuite timestamp=""><testcase name="a"/></testsuite>'],
    [
      'an offset of more than a day',
      '<testsuite timestamp="2026-02-03T09:00:00+25:00"><testcase name="a"/></testsuite>',
    ],
    ['deep nesting', `${'<testsuite>'.repeat(5000)}${'</testsuite>'.repeat(5000)}`],
  ])('with %s is refused', (_what, text) => {
    expect(() => parseJUnit(text)).toThrow(expect.objectContaining({ code: 'EVIDENCE_INVALID' }));
  });
});

describe('the time of a JUnit report', () => {
  const timeOf = (...timestamps: string[]) =>
    parseJUnit(
      `<testsuites>${timestamps.map((time) => `<testsuite timestamp="${time}"><testcase name="a"/></testsuite>`).join('')}</testsuites>`,
    ).testedAt;

  test.each([
    ['2026-03-01T09:00:00', '2026-03-01T09:00:00.000Z'],
    ['2026-03-01T09:00:00Z', '2026-03-01T09:00:00.000Z'],
    ['2026-03-01T09:00:00.123456', '2026-03-01T09:00:00.123Z'],
    ['2026-03-01T09:00:00+02:00', '2026-03-01T07:00:00.000Z'],
    ['2026-03-01T22:30:00-0330', '2026-03-02T02:00:00.000Z'],
  ])('%s is read as %s', (written, read) => {
    expect(timeOf(written)).toBe(read);
  });

  test('is that of its oldest suite, and is absent when none has one', () => {
    expect(timeOf('2026-03-01T09:00:00', '2026-02-01T09:00:00Z', '2026-03-02T09:00:00')).toBe(
      '2026-02-01T09:00:00.000Z',
    );
    expect(parseJUnit('<testsuites><testcase name="a"/></testsuites>').testedAt).toBeUndefined();
  });
});

describe('a test result', () => {
  const text = '<testsuite timestamp="2026-03-01T09:00:00"><testcase name="a"/><testcase name="b"/></testsuite>';
  const made = (change: Partial<TestResultInput> = {}): Statement<TestResultPredicate> =>
    testResultStatement({
      suite: 'preview',
      subject: [subjectOf('shop', bundle)],
      report: parseJUnit(text),
      reportDigest: digestOf(text),
      ...change,
    });
  const requireIts = (statement: Statement, report = text) => requireReported(statement, Buffer.from(report));

  test('states the older of the time of its report and the time that is known besides', () => {
    const timeOf = (change: Partial<TestResultInput>) => describeStatement(made(change)).testedAt;
    expect(timeOf({})).toBe('2026-03-01T09:00:00.000Z');
    expect(timeOf({ ranAt: '2026-03-01T10:00:00.000Z' })).toBe('2026-03-01T09:00:00.000Z');
    expect(timeOf({ ranAt: '2026-03-01T08:00:00.000Z' })).toBe('2026-03-01T08:00:00.000Z');
  });

  test('agrees with the report that it was made from, and may claim to be older', () => {
    expect(requireIts(made()).attributes).toMatchObject({ result: 'PASSED', passed: 2 });
    expect(requireIts(made({ ranAt: '2026-02-01T09:00:00.000Z' })).testedAt).toBe('2026-02-01T09:00:00.000Z');
  });

  const report = parseJUnit(text);
  const { testedAt: _time, ...timeless } = report;
  test.each<[string, Partial<TestResultInput>]>([
    ['another result', { report: { ...report, result: 'FAILED' } }],
    ['more passed tests', { report: { ...report, passed: 3 } }],
    ['failed tests', { report: { ...report, failed: 1 } }],
    ['skipped tests', { report: { ...report, skipped: 1 } }],
    ['other names', { report: { ...report, passedTests: ['a', 'c'] } }],
    ['a later time', { report: { ...report, testedAt: '2026-03-01T09:00:00.001Z' } }],
    ['no time', { report: timeless }],
    ['a time that is none', { report: { ...report, testedAt: '2026-03-01 00:00' } }],
    ['another report', { reportDigest: digestOf('another') }],
  ])('that says %s is contradicted by its report', (_what, change) => {
    expect(() => requireIts(made(change))).toThrow(expect.objectContaining({ code: 'EVIDENCE_INVALID' }));
  });

  test.each([
    ['nothing', ''],
    ['no tests', '<testsuite/>'],
    ['only skipped tests', '<testsuite><testcase name="a"><skipped/></testcase></testsuite>'],
  ])('over a report with %s is refused', (_what, empty) => {
    const statement = made({ reportDigest: digestOf(empty) });
    expect(() => requireIts(statement, empty)).toThrow(expect.objectContaining({ code: 'EVIDENCE_INVALID' }));
  });
});

describe('describing a statement', () => {
  const report = parseJUnit('<testsuites><testcase name="a"/></testsuites>');
  const result = (suite: TestSuite) =>
    testResultStatement({
      suite,
      subject: [subjectOf('shop', bundle)],
      report,
      reportDigest: digestOf('r'),
      url: 'http://127.0.0.1:1',
    });

  test('distinguishes tests of the image from tests of the preview', () => {
    expect(describeStatement(result('image')).kind).toBe('test-result');
    expect(describeStatement(result('preview'))).toEqual({
      kind: 'preview-check',
      attributes: { result: 'PASSED', passed: 1, failed: 0, skipped: 0, url: 'http://127.0.0.1:1' },
    });
  });

  test('treats an unknown result as a failure', () => {
    const strange = statementOf(predicateTypes.testResult, [subjectOf('shop', bundle)], { result: 'WARNED' });
    expect(describeStatement(strange).attributes).toEqual({ result: 'FAILED' });
  });

  test('gives a failed lane decision the level FAILED', () => {
    const input = {
      subject: [subjectOf('shop', bundle)],
      timeVerified: 't',
      resourceUri: 'u',
      policySnapshot: bundle,
      inputs: [bundle],
      level: 'LANEKEEPER_GOLD',
    };
    expect(verificationSummaryStatement({ ...input, passed: false }).predicate).toMatchObject({
      verificationResult: 'FAILED',
      verifiedLevels: ['FAILED'],
    });
    expect(verificationSummaryStatement({ ...input, passed: true }).predicate.verifiedLevels).toEqual([
      'LANEKEEPER_GOLD',
    ]);
  });
});
