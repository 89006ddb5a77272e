import { type Lane, lanes } from '../lanes.js';
import { type LaneStatus, type RestrictionInForce, statusOfLane } from './closed.js';
import { scopeOf } from './model.js';

/** A lane of a product. */
interface LaneKey {
  readonly product: string;
  readonly lane: Lane;
}

/** Places in the list of restrictions, in their order, by lane. */
type ByLane = Readonly<Record<Lane, number[]>>;

const nowhere = (): ByLane => ({ bronze: [], silver: [], gold: [] });

/**
 * Whether lanes are open to promotions, for a board with many of them: what is the same for many lanes is computed once, and
 * a restriction of some products is looked at for these alone.
 * It is what holds for everybody; who may pass in spite of it is a question about a promotion.
 */
export class OpeningsOfBoard {
  readonly #restrictions: readonly RestrictionInForce[];
  readonly #now: Date;
  readonly #everywhere = nowhere();
  readonly #ofProduct = new Map<string, ByLane>();
  readonly #known = new Map<string, LaneStatus>();

  /** @param restrictions all that are in force for one of the lanes */
  constructor(restrictions: readonly RestrictionInForce[], now: Date) {
    this.#restrictions = restrictions.filter(isOfLanes);
    this.#now = now;
    for (const [place, { restriction }] of this.#restrictions.entries()) {
      const { products, lanes: own = lanes } = scopeOf(restriction);
      const wheres = products === undefined ? [this.#everywhere] : [...new Set(products)].map((one) => this.#of(one));
      for (const where of wheres) for (const lane of own) where[lane].push(place);
    }
  }

  /** Whether a lane is open. */
  of({ product, lane }: LaneKey): LaneStatus {
    const own = this.#ofProduct.get(product)?.[lane] ?? [];
    const everywhere = this.#everywhere[lane];
    const places = own.length === 0 ? everywhere : [...everywhere, ...own].sort((a, b) => a - b);
    // The words of a hold name its scope, and not the lane that is asked about: the same ones say the same.
    const key = places.join(' ');
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const status = statusOfLane(
      places.flatMap((place) => this.#restrictions[place] ?? []),
      { product, lane, action: 'DEPLOY' },
      this.#now,
    );
    this.#known.set(key, status);
    return status;
  }

  #of(product: string): ByLane {
    const known = this.#ofProduct.get(product) ?? nowhere();
    this.#ofProduct.set(product, known);
    return known;
  }
}

/** A recall is about a bundle; a window of other things than promotions has nothing to do with whether a lane is open. */
function isOfLanes({ restriction }: RestrictionInForce): boolean {
  return restriction.kind === 'hold' || (restriction.kind === 'window' && restriction.spec.actions.includes('DEPLOY'));
}
