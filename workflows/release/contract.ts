import { defineQuery, defineUpdate } from '@temporalio/workflow';
import type { ReleaseStep } from '../../activities/release/types.js';
import type { Digest } from '../../core/digest.js';

export type { ReleaseInput } from '../../core/release/input.js';

/** Type name of the workflow. Public: `temporal workflow start --type release`. */
export const releaseWorkflowType = 'release';

/** How a run ended. A release that does not end with a bundle fails, with a code as the failure's type. */
export interface ReleaseResult {
  /** The first run id of the release. */
  readonly releaseId: string;
  /**
   * SEALED: a new bundle. ALREADY_SEALED: this revision already has one, which is returned. HANDED_OVER: the canonical
   * run does the work.
   */
  readonly state: 'SEALED' | 'ALREADY_SEALED' | 'HANDED_OVER';
  readonly bundle?: Digest;
  /** Digest of `release/agents/manifest.yaml` in the content store. */
  readonly manifestFile?: Digest;
  readonly handedOverTo?: { readonly workflowId: string; readonly runId: string; readonly joined: boolean };
}

/** The answer to the query `status`. */
export interface ReleaseStatus {
  readonly product: string;
  readonly revision: string;
  readonly state: 'RUNNING' | 'SEALED' | 'FAILED';
  readonly steps: readonly ReleaseStep[];
  readonly bundle?: Digest;
}

/** Where a release stands once it is known whether its record is open. */
export interface OpenedRelease {
  /** The first run id of the release. */
  readonly releaseId: string;
  readonly state: ReleaseStatus['state'] | Exclude<ReleaseResult['state'], 'SEALED'>;
}

/**
 * Returns once the record of the release is open, or the revision turns out to be sealed; fails with why it is not. Sent
 * with the start, it makes starting one round trip. It takes nothing.
 */
export const openedUpdate = defineUpdate<OpenedRelease>('opened');
/** Where the release stands. */
export const releaseStatusQuery = defineQuery<ReleaseStatus>('status');
