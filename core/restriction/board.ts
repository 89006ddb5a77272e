import { holdsFor } from '../calendar/window.js';
import type { Lane } from '../lanes.js';
import { type LaneStatus, type RestrictionInForce, statusOfLane } from './closed.js';
import { scopeOf } from './model.js';

/** A lane of a product. */
interface LaneKey {
  readonly product: string;
  readonly lane: Lane;
}

/**
 * Whether lanes are open to promotions, for a board with many of them: what is the same for many lanes is computed once.
 * It is what holds for everybody; who may pass in spite of it is a question about a promotion.
 */
export class OpeningsOfBoard {
  readonly #restrictions: readonly RestrictionInForce[];
  readonly #now: Date;
  readonly #known = new Map<string, LaneStatus>();

  /** @param restrictions all that are in force for one of the lanes */
  constructor(restrictions: readonly RestrictionInForce[], now: Date) {
    this.#restrictions = restrictions.filter(({ restriction }) => restriction.kind !== 'recall');
    this.#now = now;
  }

  /** Whether a lane is open. */
  of({ product, lane }: LaneKey): LaneStatus {
    const subject = { product, lane, action: 'DEPLOY' } as const;
    const own = this.#restrictions.flatMap((one, index) => (concerns(one, subject) ? [{ one, index }] : []));
    // The words of a hold name its scope, and not the lane that is asked about: the same ones say the same.
    const key = own.map(({ index }) => index).join(' ');
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const status = statusOfLane(
      own.map(({ one }) => one),
      subject,
      this.#now,
    );
    this.#known.set(key, status);
    return status;
  }
}

function concerns({ restriction }: RestrictionInForce, subject: LaneKey & { readonly action: 'DEPLOY' }): boolean {
  if (restriction.kind === 'window') return holdsFor({ ...restriction.spec, name: restriction.name }, subject);
  const { products, lanes } = scopeOf(restriction);
  return (
    (products === undefined || products.includes(subject.product)) &&
    (lanes === undefined || lanes.includes(subject.lane))
  );
}
