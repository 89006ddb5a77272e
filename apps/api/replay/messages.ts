import type { ErrorCode, ErrorDetail } from '../../../core/errors.js';
import type { DecisionPage } from '../../../core/policy/decision-page.js';
import type { JudgedDecision } from '../../../core/policy/judge-page.js';

/** What the thread is asked: first to begin, then to judge pages, one at a time. */
export type ThreadRequest =
  | { readonly type: 'begin'; readonly policy?: { readonly text: string; readonly fileName: string } }
  | { readonly type: 'judge'; readonly page: DecisionPage };

/** What it answers. */
export type ThreadAnswer =
  | { readonly type: 'begun' }
  | { readonly type: 'judged'; readonly judged: readonly JudgedDecision[] }
  | { readonly type: 'failed'; readonly code: ErrorCode; readonly detail: ErrorDetail };
