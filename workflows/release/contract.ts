import { defineQuery } from '@temporalio/workflow';
import type { Digest } from '../../core/digest.js';

/** Type name of the workflow. Public: `temporal workflow start --type release`. */
export const releaseWorkflowType = 'release';

/**
 * Input of the `release` workflow, the documented JSON of the Temporal front door. Checked before anything else; wrong
 * input fails the run with INVALID_INPUT and leaves no rows.
 */
export interface ReleaseInput {
  /** `default` if absent. */
  readonly tenant: string;
  readonly product: string;
  /** The commit, 40 lower-case hex digits. */
  readonly revision: string;
  /** An absolute folder on the build worker, or an https, ssh or file URL. */
  readonly repository: string;
  /** The sprint, iteration or phase that the release belongs to. */
  readonly timebox?: string;
}

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
  /** `fetch`, `build/web`, `describe/web`, `pack/client`, `qualify/web`, `sign/web`, `seal`. */
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
