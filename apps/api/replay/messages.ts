import type { Digest } from '../../../core/digest.js';
import type { ErrorCode, ErrorDetail } from '../../../core/errors.js';
import type { DecisionPage } from '../../../core/policy/decision-page.js';
import type { JudgedDecision } from '../../../core/policy/judge-page.js';

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

/** What the thread is asked: first to begin, then to judge pages, one at a time. */
export type ThreadRequest =
  { readonly type: 'begin'; readonly proposal?: Proposal } | { readonly type: 'judge'; readonly page: DecisionPage };

/** What it answers. */
export type ThreadAnswer =
  | { readonly type: 'begun' }
  | { readonly type: 'judged'; readonly judged: readonly JudgedDecision[] }
  | { readonly type: 'failed'; readonly code: ErrorCode; readonly detail: ErrorDetail };
