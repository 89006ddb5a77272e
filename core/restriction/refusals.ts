import type { WindowAction } from '../calendar/window.js';
import type { Refusal } from '../decision/check.js';
import type { Digest } from '../digest.js';
import type { Lane } from '../lanes.js';
import { recallInWords } from '../promotion/standing.js';
import type { PromotionKind } from '../promotion/state.js';
import { actionOf, recallOf, type RestrictionInForce, statusOfLane } from './closed.js';
import { waitInWords } from './wait-words.js';

/** Whoever wants something, with their roles; undefined where nobody is known, for whom every window holds. */
export type Invoker = { readonly name: string; readonly roles: readonly string[] } | undefined;

/** What somebody wants to start. */
export interface WantedStart {
  readonly product: string;
  readonly lane: Lane;
  readonly kind: PromotionKind;
  readonly bundle: Digest;
}

/**
 * Why nothing can be started now; undefined when it can. Where only deploying is closed a promotion can be started, is
 * judged, and waits. Rollbacks and hotfixes wait for no window of requests.
 */
export function refuseStart(
  restrictions: readonly RestrictionInForce[],
  { product, lane, kind, bundle }: WantedStart,
  invoker: Invoker,
  now: Date,
): Refusal | undefined {
  const recalled = recallOf(restrictions, bundle);
  if (recalled !== undefined) return { code: 'BUNDLE_RECALLED', reason: `the bundle was ${recallInWords(recalled)}` };
  return kind === 'PROMOTION'
    ? refuseAction(restrictions, { product, lane, action: 'REQUEST' }, invoker, now)
    : undefined;
}

/** Why nobody can approve now; undefined when somebody can. Rollbacks and hotfixes wait for no window of approvals. */
export function refuseApprovalByWindow(
  restrictions: readonly RestrictionInForce[],
  { product, lane, kind }: Pick<WantedStart, 'product' | 'lane' | 'kind'>,
  invoker: Invoker,
  now: Date,
): Refusal | undefined {
  return kind === 'PROMOTION'
    ? refuseAction(restrictions, { product, lane, action: 'APPROVE' }, invoker, now)
    : undefined;
}

/**
 * What becomes of what somebody starts while a lane is closed: it can be started and waits, or, as a rollback, passes. Empty
 * while it is open.
 */
export function whileClosed(
  restrictions: readonly RestrictionInForce[],
  { kind, ...subject }: Omit<WantedStart, 'bundle'> & { readonly invoker: Exclude<Invoker, undefined> },
  now: Date,
): string {
  const status = statusOfLane(restrictions, { ...subject, action: actionOf(kind) }, now);
  const isStopped = status.closures.length > 0;
  if (kind === 'PROMOTION') return isStopped ? `it would wait: ${waitInWords(status)}` : '';
  const all = kind === 'ROLLBACK' ? 'rollbacks' : 'hotfixes';
  const promotions = statusOfLane(restrictions, { ...subject, action: 'DEPLOY' }, now);
  const areOthers = promotions.closures.length > 0;
  if (isStopped) return `${all} are stopped${areOthers ? ', too' : ''}; it would wait: ${waitInWords(status)}`;
  return areOthers ? `promotions are stopped and ${all} are not: ${waitInWords(promotions)}` : '';
}

function refuseAction(
  restrictions: readonly RestrictionInForce[],
  where: { readonly product: string; readonly lane: Lane; readonly action: WindowAction },
  invoker: Invoker,
  now: Date,
): Refusal | undefined {
  const status = statusOfLane(restrictions, { ...where, ...(invoker !== undefined && { invoker }) }, now);
  if (status.closures.length === 0) return undefined;
  const { product, lane, action } = where;
  const what = action === 'REQUEST' ? 'requests' : 'approvals';
  return { code: 'LANE_CLOSED', reason: `${lane} of ${product} is closed to ${what}: ${waitInWords(status)}` };
}
