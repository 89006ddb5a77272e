import { defineQuery } from '@temporalio/workflow';
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

/** One step as the query `status` shows it. */
export interface ReleaseStep {
  /** `fetch`, `build/web`, `describe/web`, `pack/client`, `describe/client`, `qualify/web`, `sign/web`, `seal`. */
  readonly id: string;
  readonly state: 'WAITING' | 'RUNNING' | 'DONE' | 'FAILED';
  /** A digest, a count, or why it failed. */
  readonly detail?: string;
  /** RFC 3339 in UTC. */
  readonly startedAt?: string;
  readonly endedAt?: string;
}

/** The answer to the query `status`. */
export interface ReleaseStatus {
  readonly product: string;
  readonly revision: string;
  readonly state: 'RUNNING' | 'SEALED' | 'FAILED';
  readonly steps: readonly ReleaseStep[];
  readonly bundle?: Digest;
}

/** Where the release stands. */
export const releaseStatusQuery = defineQuery<ReleaseStatus>('status');
