import type { Lane } from '../lanes.js';

/**
 * What a window does: outside of CHANGE windows nothing is done for which one is there; in a FREEZE window nothing is done
 * for which it is there, whatever CHANGE windows say.
 */
export const windowKinds = ['CHANGE', 'FREEZE'] as const;
export type WindowKind = (typeof windowKinds)[number];

/** What a window holds for. */
export const windowActions = ['REQUEST', 'APPROVE', 'DEPLOY', 'HOTFIX', 'ROLLBACK'] as const;
export type WindowAction = (typeof windowActions)[number];

/**
 * What becomes of a promotion that has been granted its lane when it is closed: it finishes; it is queued again, keeps its
 * place and frees the lane, as long as it has not begun to deploy; or it is aborted, as long as it has not.
 */
export const inFlightRules = ['FINISH', 'PAUSE', 'ABORT'] as const;
export type InFlightRule = (typeof inFlightRules)[number];

/** When a window is there. Times without an offset are those of its zone. */
export interface WindowTimes {
  /** Zone of the IANA database, such as `Europe/Berlin`. */
  readonly zone: string;
  /** `2026-12-18T18:00`: when it begins for the first time. */
  readonly begins: string;
  /** When it ends for the first time; later ones last as long by the clock on the wall. Either this or `lasts`. */
  readonly ends?: string;
  /** ISO 8601: how long it lasts each time; days by the clock on the wall, hours and less exactly (RFC 5545, section 3.3.6). */
  readonly lasts?: string;
  /** The rule by which it comes back (RFC 5545, section 3.3.10), such as `FREQ=WEEKLY;BYDAY=FR`; absent for one that does not. */
  readonly recurrence?: string;
  /** Days on which it would begin and does not, `2026-12-25`. */
  readonly except?: readonly string[];
}

/** A change or freeze window. */
export interface Window extends WindowTimes {
  readonly name: string;
  readonly kind: WindowKind;
  /** What it is for, shown to whoever waits. */
  readonly reason: string;
  /** The products that it holds for; all if absent. */
  readonly products?: readonly string[];
  /** The lanes that it holds for; all if absent. */
  readonly lanes?: readonly Lane[];
  readonly actions: readonly WindowAction[];
  /** The people and services that it holds for, by name or as `role:NAME`; everybody if absent. */
  readonly invokers?: readonly string[];
  readonly inFlight: InFlightRule;
}

/** Something that somebody wants to do. */
export interface WindowSubject {
  readonly product: string;
  readonly lane: Lane;
  readonly action: WindowAction;
  /** Whoever wants it, with their roles; absent where nobody is known, for whom every window holds. */
  readonly invoker?: { readonly name: string; readonly roles: readonly string[] };
}

/** Whether a window holds for it. */
export function holdsFor({ products, lanes, actions, invokers }: Window, subject: WindowSubject): boolean {
  const { product, lane, action, invoker } = subject;
  return (
    (products === undefined || products.includes(product)) &&
    (lanes === undefined || lanes.includes(lane)) &&
    actions.includes(action) &&
    (invokers === undefined ||
      invoker === undefined ||
      invokers.some((one) => one === invoker.name || invoker.roles.some((role) => one === `role:${role}`)))
  );
}
