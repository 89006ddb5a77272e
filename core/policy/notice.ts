import type { Ref } from './ref.js';

/** What is said about a promotion besides its gates; `policy-edited` in old rounds alone. */
export const noticeIds = ['changes-requested', 'rollback-target', 'policy-edited', 'rules-unknown'] as const;

/** One of them. */
export type NoticeId = (typeof noticeIds)[number];

/**
 * Something that is said about a promotion besides its gates: no policy asks for it, it has no verdict, and nobody can
 * waive it.
 */
export interface Notice {
  readonly notice: NoticeId;
  /** Whether it holds the promotion, as an open gate does. */
  readonly holds: boolean;
  readonly explanation: string;
  readonly next: string;
  readonly reliedOn: readonly Ref[];
}
