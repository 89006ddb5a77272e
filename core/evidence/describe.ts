import { isRecordPredicate, reservedKinds } from './record.js';
import { predicateTypes } from './predicate-types.js';
import type { Statement } from './statement.js';

/** What an attestation is, by the name that gates ask for: one of ours, or what a record calls itself. */
export type AttestationKind =
  | (string & {})
  | 'provenance'
  | 'sbom-spdx'
  | 'sbom-cyclonedx'
  | 'signature'
  | 'commits'
  | 'test-result'
  | 'preview-check'
  | 'decision'
  | 'promotion'
  | 'service-act'
  | 'verification-summary'
  | 'other';

/** What gates may read from an attestation. */
export interface StatementDescription {
  readonly kind: AttestationKind;
  /** For test results: `result`, `passed`, `failed`, `skipped`, `url`, `testedAt`. For lists of commits: `complete`. Of records: their values. */
  readonly attributes: Readonly<Record<string, string | number | boolean>>;
  /** For test results: when the tests ran, as claimed. Whether it is a time at all is for those to check who count it. */
  readonly testedAt?: string;
  /** Of a checklist, the answers by question. */
  readonly answers?: Readonly<Record<string, unknown>>;
}

const kinds: Readonly<Record<string, AttestationKind>> = {
  [predicateTypes.provenance]: 'provenance',
  [predicateTypes.spdx]: 'sbom-spdx',
  [predicateTypes.cycloneDx]: 'sbom-cyclonedx',
  [predicateTypes.signature]: 'signature',
  [predicateTypes.commits]: 'commits',
  [predicateTypes.decision]: 'decision',
  [predicateTypes.promotion]: 'promotion',
  [predicateTypes.serviceAct]: 'service-act',
  [predicateTypes.verificationSummary]: 'verification-summary',
};

/**
 * Describes a statement only by what was signed, never by what is claimed beside it: a test result is a `preview-check`
 * only when its signed report says that the preview was tested.
 */
export function describeStatement(statement: Statement): StatementDescription {
  if (statement.predicateType === predicateTypes.testResult) return describeTestResult(statement.predicate);
  if (statement.predicateType === predicateTypes.record) return describeRecord(statement.predicate);
  const kind = kinds[statement.predicateType] ?? 'other';
  return { kind, attributes: kind === 'commits' ? { complete: record(statement.predicate)['complete'] === true } : {} };
}

/** A record that calls itself what it is not is nothing that gates ask for. */
function describeRecord(predicate: unknown): StatementDescription {
  if (!isRecordPredicate(predicate) || reservedKinds.includes(predicate.kind)) return { kind: 'other', attributes: {} };
  const { kind, values, answers, at, url } = predicate;
  return {
    kind,
    attributes: { ...values, ...(url !== undefined && { url }) },
    ...(answers !== undefined && { answers }),
    ...(at !== undefined && { testedAt: at }),
  };
}

function describeTestResult(predicate: unknown): StatementDescription {
  const { result, configuration, url } = record(predicate);
  const annotations = record(record(Array.isArray(configuration) ? configuration[0] : undefined)['annotations']);
  const count = (name: string): Record<string, number> => {
    const value = annotations[name];
    return typeof value === 'string' && /^\d{1,9}$/.test(value) ? { [name]: Number(value) } : {};
  };
  const claimed = 'testedAt' in annotations ? { testedAt: String(annotations['testedAt']).slice(0, 40) } : {};
  return {
    ...claimed,
    kind: annotations['suite'] === 'preview' ? 'preview-check' : 'test-result',
    attributes: {
      // Anything but PASSED is a failure: a gate must not pass on an unknown result.
      result: result === 'PASSED' ? 'PASSED' : 'FAILED',
      ...count('passed'),
      ...count('failed'),
      ...count('skipped'),
      ...(typeof url === 'string' && { url: url.slice(0, 1000) }),
      ...claimed,
    },
  };
}

function record(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value))
    : {};
}
