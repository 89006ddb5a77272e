import { hexOf, type Digest } from './digest.js';
import { LanekeeperError } from './errors.js';
import type { Lane } from './lanes.js';
import type { PromotionKind } from './promotion/state.js';

/** The canonical workflow ids. They make starts idempotent: everyone who asks for the same thing joins the same run. */
export const workflowIds = {
  release: (tenant: string, product: string, revision: string) => `release/${tenant}/${product}/${revision}`,
  /** A rollback has an id of its own, so that a promotion that somebody has requested is not in its way. */
  promotion: (tenant: string, product: string, lane: Lane, bundle: Digest, kind: PromotionKind = 'PROMOTION') =>
    `${kind.toLowerCase()}/${tenant}/${product}/${lane}/${hexOf(bundle)}`,
  lane: (tenant: string, product: string, lane: Lane) => `lane/${tenant}/${product}/${lane}`,
} as const;

/** What the canonical id of a release names. */
export interface ReleaseKey {
  readonly tenant: string;
  readonly product: string;
  /** 40 hex digits. */
  readonly revision: string;
}

/** Reads the canonical id of a release. @throws INVALID_INPUT */
export function parseReleaseId(workflowId: string): ReleaseKey {
  const [kind, tenant, product, revision, ...more] = workflowId.split('/');
  if (kind === 'release' && revision !== undefined && revisionPattern.test(revision) && more.length === 0)
    return { tenant: parseName(tenant, 'tenant'), product: parseName(product, 'product'), revision };
  throw new LanekeeperError('INVALID_INPUT', {
    message: `${describe(workflowId)} is not the workflow id of a release`,
    object: 'workflow id',
    why: 'it is release/<tenant>/<product>/<revision>',
  });
}

/** Reads a full commit id. @throws INVALID_INPUT */
export function parseRevision(value: unknown, object = 'revision'): string {
  if (typeof value === 'string' && revisionPattern.test(value)) return value;
  throw new LanekeeperError('INVALID_INPUT', {
    message: `${describe(value)} is not a commit`,
    object,
    why: 'a commit is named by its 40 lower-case hex digits',
    next: 'use the output of: git rev-parse HEAD',
  });
}

const revisionPattern = /^[0-9a-f]{40}$/;
const namePattern = /^[a-z0-9][a-z0-9-]{0,62}$/;
const principalPattern = /^[a-z0-9][a-z0-9._-]{0,62}$/;

/** Reads the name of a tenant or product. @throws INVALID_INPUT */
export function parseName(value: unknown, object: string): string {
  if (typeof value === 'string' && namePattern.test(value)) return value;
  throw new LanekeeperError('INVALID_INPUT', {
    message: `${describe(value)} is not a name`,
    object,
    why: 'a name is 1 to 63 lower-case letters, digits and hyphens, and begins with a letter or digit',
  });
}

/** Reads the name of a person or machine. @throws INVALID_INPUT */
export function parsePrincipalName(value: unknown, object: string): string {
  if (typeof value === 'string' && principalPattern.test(value)) return value;
  throw new LanekeeperError('INVALID_INPUT', {
    message: `${describe(value)} is not a valid name of a person or machine`,
    object,
  });
}

function describe(value: unknown): string {
  return typeof value === 'string' ? JSON.stringify(value.slice(0, 80)) : `a value of type ${typeof value}`;
}

/**
 * The short form that people type. For a digest and for a commit or tree of Git, the first twelve hex digits; for a run id, the last twelve, because
 * run ids begin with the time and those from the same minute look alike. Where ids are read, any unique prefix of a
 * digest and any unique prefix or suffix of a run id is accepted.
 */
export function shortId(id: string): string {
  if (/^[0-9a-f]{40}$/.test(id)) return id.slice(0, 12);
  return id.startsWith('sha256:') ? id.slice(7, 19) : id.slice(-12);
}
