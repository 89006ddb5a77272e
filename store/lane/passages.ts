import {
  actionOf,
  type LaneStatus,
  type LaneSubject,
  type RestrictionInForce,
  statusOfLane,
  statusOfUnbelieved,
} from '../../core/restriction/closed.js';
import type { Transaction } from '../database.js';
import { rolesOf } from '../identity/read.js';
import type { StoredPromotion } from '../promotion/read.js';
import { restrictionsOn } from '../restriction/read.js';
import type { LaneScene } from './scene.js';

/** What windows and holds say to the promotions of a lane at an instant. */
export class Passages {
  readonly #restrictions: readonly RestrictionInForce[];
  readonly #roles: ReadonlyMap<string, readonly string[]>;
  /** The instant. */
  readonly now: Date;
  readonly #problem: string | undefined;
  readonly #known = new Map<string, LaneStatus>();

  private constructor(
    restrictions: readonly RestrictionInForce[],
    roles: ReadonlyMap<string, readonly string[]>,
    now: Date,
    problem: string | undefined,
  ) {
    this.#restrictions = restrictions;
    this.#roles = roles;
    this.now = now;
    this.#problem = problem;
  }

  /**
   * Reads what is in force for a lane.
   *
   * @param problem why what is in force is not to be believed: nobody enters then
   */
  static async read(tx: Transaction, scene: LaneScene, now: Date, problem?: string): Promise<Passages> {
    const restrictions = await restrictionsOn(tx, scene);
    return new Passages(restrictions, await rolesWanted(tx, scene, restrictions), now, problem);
  }

  /** What closes the lane to a promotion. */
  statusOf({ id, product, lane, kind, bundle, requester, startsAt }: StoredPromotion): LaneStatus {
    const known = this.#known.get(id);
    if (known !== undefined) return known;
    const roles = requester === null ? undefined : (this.#roles.get(requester) ?? []);
    const subject: LaneSubject = {
      ...{ product, lane, action: actionOf(kind), bundle },
      ...(requester !== null && roles !== undefined && { invoker: { name: requester, roles } }),
    };
    const status = this.#statusOfSubject({ ...subject, ...(startsAt !== null && { startsAt }) });
    this.#known.set(id, status);
    return status;
  }

  /** Whether a promotion may take the lane, or keep it although it has not begun to deploy. */
  mayEnter(promotion: StoredPromotion, isHolder: boolean): boolean {
    const { closures, inFlight } = this.statusOf(promotion);
    return closures.length === 0 || (isHolder && inFlight === 'FINISH');
  }

  #statusOfSubject(subject: LaneSubject): LaneStatus {
    if (this.#problem === undefined) return statusOfLane(this.#restrictions, subject, this.now);
    return statusOfUnbelieved(this.#problem);
  }
}

/** Roles are asked for only where a window is for some of them. */
async function rolesWanted(
  tx: Transaction,
  { promotions }: LaneScene,
  restrictions: readonly RestrictionInForce[],
): Promise<ReadonlyMap<string, readonly string[]>> {
  const isWanted = restrictions.some(
    ({ restriction }) =>
      restriction.kind === 'window' && restriction.spec.invokers?.some((one) => one.startsWith('role:')),
  );
  const names = [...promotions.values()].flatMap(({ requester }) => (requester === null ? [] : [requester]));
  return isWanted && names.length > 0 ? rolesOf(tx, [...new Set(names)]) : new Map();
}
