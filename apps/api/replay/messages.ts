import type { Digest } from '../../../core/digest.js';
import type { ErrorCode, ErrorDetail } from '../../../core/errors.js';
import type { DecisionPage } from '../../../core/policy/decision-page.js';
import type { JudgedDecision } from '../../../core/policy/judge-page.js';
import type { TestReport } from '../../../core/policy/testing/report.js';

/** A document as text. */
export interface Text {
  readonly text: string;
  readonly fileName: string;
}

/** A document that is in force. */
export interface TextInForce extends Text {
  readonly version: number;
  readonly digest: Digest;
}

/** A proposed policy, and what is in force. */
export interface Proposal {
  readonly policy: Text;
  readonly inForce: readonly TextInForce[];
}

/** Tests of a version, and the documents with which they are run: the version itself, and what is in force of all others. */
export interface TestRun {
  readonly tests: Text;
  readonly documents: readonly TextInForce[];
}

/** What the thread is asked: to run tests, or first to begin, then to judge pages, one at a time. */
export type ThreadRequest =
  | { readonly type: 'begin'; readonly proposal?: Proposal }
  | { readonly type: 'judge'; readonly page: DecisionPage }
  | { readonly type: 'test'; readonly run: TestRun };

/** What it answers. */
export type ThreadAnswer =
  | { readonly type: 'begun' }
  | { readonly type: 'judged'; readonly judged: readonly JudgedDecision[] }
  | { readonly type: 'tested'; readonly report: TestReport }
  | { readonly type: 'failed'; readonly code: ErrorCode; readonly detail: ErrorDetail };
