import { predicateTypes } from './predicate-types.js';
import type { Statement } from './statement.js';

/** The kinds of evidence that gates ask for by name. */
export type EvidenceKind =
  | 'provenance'
  | 'sbom-spdx'
  | 'sbom-cyclonedx'
  | 'signature'
  | 'test-result'
  | 'preview-check'
  | 'verification-summary'
  | 'decision'
  | 'promotion'
  | 'other';

const kindOfType: ReadonlyMap<string, EvidenceKind> = new Map<string, EvidenceKind>([
  [predicateTypes.provenance, 'provenance'],
  [predicateTypes.spdx, 'sbom-spdx'],
  [predicateTypes.cycloneDx, 'sbom-cyclonedx'],
  [predicateTypes.signature, 'signature'],
  [predicateTypes.verificationSummary, 'verification-summary'],
  [predicateTypes.decision, 'decision'],
  [predicateTypes.promotion, 'promotion'],
]);

/** What kind of evidence a verified statement is. Read from the statement alone, never from what a row or a caller says about it. */
export function evidenceKindOf(statement: Statement): EvidenceKind {
  if (statement.predicateType !== predicateTypes.testResult) return kindOfType.get(statement.predicateType) ?? 'other';
  return previewUrlOf(statement) === undefined ? 'test-result' : 'preview-check';
}

/** What rules may look at in a verified statement. */
export function evidenceAttributesOf(statement: Statement): Readonly<Record<string, string | number | boolean>> {
  if (statement.predicateType !== predicateTypes.testResult) return {};
  const predicate = statement.predicate as Readonly<Record<string, unknown>>;
  const url = previewUrlOf(statement);
  const count = (key: string) => (Array.isArray(predicate[key]) ? predicate[key].length : 0);
  return {
    result: typeof predicate['result'] === 'string' ? predicate['result'] : 'UNKNOWN',
    passed: count('passedTests'),
    failed: count('failedTests'),
    ...(url !== undefined && { url }),
  };
}

function previewUrlOf(statement: Statement): string | undefined {
  const { url } = statement.predicate as { readonly url?: unknown };
  return typeof url === 'string' && /^https?:\/\//.test(url) ? url : undefined;
}
