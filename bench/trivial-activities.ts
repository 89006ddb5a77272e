import type { DeployActivities } from '../activities/lane/types.js';
import type { AttestActivities, PromotionGuardActivities } from '../activities/promotion/types.js';
import type { Digest } from '../core/digest.js';
import { digestOf } from '../core/hash.js';
import type { GateRound } from '../core/promotion/events.js';
import type { PromotionIdentity, PromotionPhase } from '../core/promotion/state.js';

/**
 * The comparator's replacements for the steps that use the database: same number, same sizes, no work.
 */
export interface BareActivities {
  bareOpen(
    input: Omit<PromotionIdentity, 'policyDigest'> & { readonly workflowId: string },
  ): Promise<PromotionIdentity>;
  bareRound(input: {
    readonly tenant: string;
    readonly promotionId: string;
    readonly round: number;
    readonly fencingToken?: number;
  }): Promise<{ readonly round: GateRound; readonly holdsLane: boolean }>;
  bareRecord(input: {
    readonly tenant: string;
    readonly promotionId: string;
    readonly product: string;
    readonly workflowId: string;
    readonly to: PromotionPhase;
    readonly reason: string;
  }): Promise<boolean>;
}

/** Tells the comparator's driver about phases; the driver sends the signals that the product's dispatcher sends. */
export type BareListener = (
  run: { readonly workflowId: string; readonly promotionId: string; readonly product: string },
  to: PromotionPhase,
) => void;

/** The activities of the steps, by task queue. */
export interface TrivialSteps {
  readonly control: Pick<PromotionGuardActivities, 'guardBundle'>;
  readonly deploy: DeployActivities;
  readonly sign: AttestActivities;
}

/** Steps without work. Both sides of a pair use them. */
export function createTrivialSteps(onAttested: (promotionId: string) => void): TrivialSteps {
  const attest = async (input: { readonly promotionId: string }) => {
    onAttested(input.promotionId);
    return digestOf(input.promotionId);
  };
  const nothing = () => Promise.resolve();
  return {
    control: { guardBundle: nothing },
    deploy: { deployBundle: nothing, verifyLane: nothing, revertLane: nothing },
    sign: { attestVerification: attest, attestPromotion: attest },
  };
}

/** The local activities of the comparator. */
export function createBareActivities(listener: BareListener): BareActivities {
  const policyDigest: Digest = digestOf('no gates');
  return {
    async bareOpen({ workflowId: _workflowId, ...identity }) {
      return { ...identity, policyDigest };
    },
    async bareRound({ round }) {
      return { round: { round, outcome: 'PASS', reason: 'every gate passes', verdicts: [] }, holdsLane: true };
    },
    async bareRecord({ to, ...run }) {
      listener(run, to);
      return true;
    },
  };
}
