import { type Digest, isDigest } from '../core/digest.js';
import { type ErrorCode, LanekeeperError } from '../core/errors.js';
import type { Transaction } from './database.js';
import { promotionOfRun } from './promotion/read.js';

/** The things that people name by a part of their id. */
const sources = {
  bundle: { table: 'bundles', column: 'digest', order: 'sealed_at', code: 'UNKNOWN_BUNDLE', list: 'lane get bundles' },
  promotion: {
    table: 'promotions',
    column: 'id',
    order: 'created_at',
    code: 'UNKNOWN_PROMOTION',
    list: 'lane get promotions',
  },
  release: {
    table: 'releases',
    column: 'id',
    order: 'created_at',
    code: 'NOT_FOUND',
    list: 'lane product show PRODUCT',
  },
  run: {
    table: `(select tenant_id, id, recorded_at from runs
             union all
             select tenant_id, run_id, recorded_at from run_histories where run_id <> named_run_id) as run_ids`,
    column: 'id',
    order: 'recorded_at',
    code: 'NOT_FOUND',
    list: 'lane get histories --promotion PROMOTION',
  },
  policy: {
    table: 'policy_snapshots',
    column: 'digest',
    order: 'created_at',
    code: 'NOT_FOUND',
    list: 'lane why PROMOTION',
  },
  version: {
    table: 'policy_versions',
    column: 'digest',
    order: 'drafted_at',
    code: 'NOT_FOUND',
    list: 'lane policy list',
  },
  plan: {
    table: 'plans',
    column: 'digest',
    order: 'planned_at',
    code: 'PLAN_STALE',
    list: 'lane plan BUNDLE --to LANE',
  },
} as const satisfies Record<string, { table: string; column: string; order: string; code: ErrorCode; list: string }>;

const shownCandidates = 10;

async function resolve(tx: Transaction, kind: keyof typeof sources, given: string): Promise<string> {
  const { table, column, order, code, list } = sources[kind];
  const prefix = column === 'digest' ? `sha256:${given.replace(/^sha256:/, '')}` : given;
  const found = await tx.query<{ id: string }>(
    `select ${column} as id from ${table} where tenant_id = $1 and (starts_with(${column}, $2) or ($3 <> '' and right(${column}, length($3)) = $3)) order by ${order} desc limit ${shownCandidates + 1}`,
    // Run ids begin with the time, so people name them by their end.
    [tx.tenant, prefix, column === 'id' ? given : ''],
  );
  const [first, ...others] = found.map((row) => row.id);
  if (first === undefined) {
    throw new LanekeeperError(code, {
      message: `there is no ${kind} ${given}`,
      object: `${kind} ${given}`,
      why: `no id of a ${kind} begins with ${given}${column === 'id' ? ', or ends with it' : ''}`,
      next: kind === 'plan' ? `${list} makes one` : `${list} lists them`,
    });
  }
  if (others.length === 0) return first;
  const shown = [first, ...others]
    .slice(0, shownCandidates)
    .map((id) => (id.startsWith('sha256:') ? id.slice(7, 31) : id));
  throw new LanekeeperError('INVALID_INPUT', {
    message: `${given} names more than one ${kind}`,
    object: `${kind} ${given}`,
    why: `candidates: ${shown.join(', ')}${others.length >= shownCandidates ? ', …' : ''}`,
    next: 'use more digits',
  });
}

/**
 * The bundle that a digest or a unique prefix of one names.
 * @throws UNKNOWN_BUNDLE, INVALID_INPUT when it names several
 */
export async function resolveBundle(tx: Transaction, given: string): Promise<Digest> {
  const id = await resolve(tx, 'bundle', given);
  return id as Digest; // the column's domain admits nothing else
}

/**
 * The promotion that an id, or a unique prefix or suffix of one, names; or the whole first run id of its run, which is what
 * people see in Temporal.
 * @throws UNKNOWN_PROMOTION, INVALID_INPUT
 */
export async function resolvePromotion(tx: Transaction, given: string): Promise<string> {
  return (await promotionOfRun(tx, given))?.id ?? resolve(tx, 'promotion', given);
}

/** The release that an id, or a unique prefix or suffix of one, names. @throws NOT_FOUND, INVALID_INPUT */
export function resolveRelease(tx: Transaction, given: string): Promise<string> {
  return resolve(tx, 'release', given);
}

/** The run, of those that records name, that an id, or a unique prefix or suffix of one, names. @throws NOT_FOUND, INVALID_INPUT */
export function resolveRun(tx: Transaction, given: string): Promise<string> {
  return resolve(tx, 'run', given);
}

/** The policy snapshot that a digest or a unique prefix of one names. @throws NOT_FOUND, INVALID_INPUT */
export function resolvePolicy(tx: Transaction, given: string): Promise<string> {
  return resolve(tx, 'policy', given);
}

/**
 * The plan that a digest, or a unique prefix of one, names. A full digest names a plan also where it is not kept any more.
 * @throws PLAN_STALE where none that is kept begins so, INVALID_INPUT
 */
export async function resolvePlan(tx: Transaction, given: string): Promise<Digest> {
  const full = `sha256:${given.replace(/^sha256:/, '')}`;
  return isDigest(full) ? full : ((await resolve(tx, 'plan', given)) as Digest); // the column's domain admits nothing else
}

/** The version of a document of rules that a digest or a unique prefix of one names. @throws NOT_FOUND, INVALID_INPUT */
export function resolvePolicyVersion(tx: Transaction, given: string): Promise<string> {
  return resolve(tx, 'version', given);
}
