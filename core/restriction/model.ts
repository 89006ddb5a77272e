import type { Window, WindowAction } from '../calendar/window.js';
import type { Digest } from '../digest.js';
import type { Lane } from '../lanes.js';

/**
 * What holds promotions back by somebody's order rather than by a gate: change and freeze windows, holds ("stop the line")
 * and recalls of bundles.
 */
export const restrictionKinds = ['window', 'hold', 'recall'] as const;

/** One of the kinds. */
export type RestrictionKind = (typeof restrictionKinds)[number];

/** A window without its name, which is that of its restriction. */
export type WindowSpec = Omit<Window, 'name'>;

/** What a hold stops. It never stops a request or an approval: these are recorded, and wait. */
export const heldActions = ['DEPLOY', 'HOTFIX', 'ROLLBACK'] as const;
export type HeldAction = (typeof heldActions)[number] & WindowAction;

/** One of the holds of a scope: each was made by somebody for a reason, and is lifted by itself. */
export interface Hold {
  /** Eight hex digits, chosen at random. */
  readonly id: string;
  readonly by: string;
  /** RFC 3339 in UTC: when it was signed. */
  readonly since: string;
  readonly reason: string;
  readonly stops: readonly HeldAction[];
}

/**
 * The holds of one scope. All of them are one restriction, so that what is there grows with the scopes and not with how
 * often somebody has stopped the line: a statement says all that is held after it.
 */
export interface HoldSpec {
  /** All products if absent. */
  readonly product?: string;
  /** All lanes if absent. */
  readonly lane?: Lane;
  /** In the order of their ids; at least one. */
  readonly holds: readonly Hold[];
}

/** A bundle that is called back: no promotion of it begins or goes on. */
export interface RecallSpec {
  readonly product: string;
  readonly bundle: Digest;
  readonly reason: string;
}

/** A restriction by its kind and name. */
export interface RestrictionKey {
  readonly kind: RestrictionKind;
  /** Of a window what people call it; of holds their scope; of a recall the hex digits of the bundle's digest. */
  readonly name: string;
}

/** What a restriction says. */
export type Restriction =
  | { readonly kind: 'window'; readonly name: string; readonly spec: WindowSpec }
  | { readonly kind: 'hold'; readonly name: string; readonly spec: HoldSpec }
  | { readonly kind: 'recall'; readonly name: string; readonly spec: RecallSpec };

/** The name of the holds of a scope: `shop.gold`, `shop`, `_.gold` for that lane of all products, `_` for everything. */
export function nameOfHold({ product, lane }: Pick<HoldSpec, 'product' | 'lane'>): string {
  return [product ?? '_', ...(lane === undefined ? [] : [lane])].join('.');
}

/** What a hold is of, in words. */
export function scopeInWords({ product, lane }: Pick<HoldSpec, 'product' | 'lane'>): string {
  if (product === undefined) return lane === undefined ? 'every lane of every product' : `${lane} of every product`;
  return lane === undefined ? `every lane of ${product}` : `${lane} of ${product}`;
}

/** A restriction as texts name it: `kind/name`. */
export function keyText({ kind, name }: RestrictionKey): string {
  return `${kind}/${name}`;
}

/** What a restriction may concern. Absent lists mean all. */
export interface Scope {
  readonly products?: readonly string[];
  readonly lanes?: readonly Lane[];
}

/** What a restriction may concern. */
export function scopeOf(restriction: Restriction): Scope {
  switch (restriction.kind) {
    case 'window': {
      const { products, lanes } = restriction.spec;
      return { ...(products !== undefined && { products }), ...(lanes !== undefined && { lanes }) };
    }
    case 'hold': {
      const { product, lane } = restriction.spec;
      return { ...(product !== undefined && { products: [product] }), ...(lane !== undefined && { lanes: [lane] }) };
    }
    case 'recall':
      return { products: [restriction.spec.product] };
  }
}
