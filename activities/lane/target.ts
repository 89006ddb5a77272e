import type { Transaction } from '../../store/database.js';
import type { StoredPromotion } from '../../store/promotion/read.js';
import type { OwedStep } from '../promotion/perform-step.js';

/** One step of a promotion, as a target performs it. */
export interface TargetWork {
  readonly tenant: string;
  readonly promotion: StoredPromotion;
  /**
   * Runs something in a transaction in which the step is owed: nobody can end, revoke or retry it until the commit. Each
   * effect is made inside of one, or right after one, with its key and fencing token.
   */
  readonly owed: <T>(effect: (tx: Transaction, step: OwedStep) => Promise<T>) => Promise<T>;
}

/** A state that was asked for; what is observed names the state that it belongs to. */
export type Generation = number;

/**
 * Where the bundle of a lane runs. Every method may be called again after a crash: an effect is made once, by its key. A
 * verdict about the bundle is SERVICE_UNHEALTHY; everything else that is thrown is trouble, and tried again.
 */
export interface LaneTarget {
  /** Asks for the promotion's bundle. */
  apply(work: TargetWork): Promise<Generation>;
  /** Waits until the target has dealt with what was asked for. @throws SERVICE_UNHEALTHY when it could not */
  observe(work: TargetWork, generation: Generation): Promise<void>;
  /** Asks the lane itself whether it serves the bundle. @throws SERVICE_UNHEALTHY */
  verify(work: TargetWork): Promise<void>;
  /** Asks for what is live on record. @returns undefined when that is what was asked for last */
  revert(work: TargetWork): Promise<Generation | undefined>;
}
