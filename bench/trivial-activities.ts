import type { DeployActivities } from '../activities/lane/types.js';
import { moveLimits, type StepDeps } from '../activities/promotion/advance.js';
import { type OwedStep, performSteps, type StepOfAttempt, withOwed } from '../activities/promotion/perform-step.js';
import type { Answer, AttestActivities } from '../activities/promotion/types.js';
import { digestOf } from '../core/hash.js';
import { servicesOf } from '../store/alias/read.js';
import { recordObservation, switchAlias } from '../store/alias/write.js';

/** The activities of the product's steps, by task queue. */
export interface TrivialSteps {
  readonly deploy: DeployActivities;
  readonly sign: AttestActivities;
}

/**
 * The product's steps without the work outside: nothing is hashed, started, asked or signed. What they record is
 * recorded, since without it no promotion would move: the results, the switch, and an observation of it.
 *
 * @param onAttested called when a promotion has completed its last step, with the workflow id of its run
 */
export function createTrivialSteps(deps: StepDeps, onAttested: (workflowId: string) => void): TrivialSteps {
  const nothing = () => Promise.resolve();
  return {
    deploy: {
      async moveLane(input) {
        const { step: _first, ...asked } = input;
        await performSteps(deps, asked, [
          ['guard', nothing],
          ['deploy', () => switchAndObserve(deps, { ...asked, step: 'deploy' })],
          ['verify', nothing],
        ]);
      },
    },
    sign: {
      async attestPromotion(input) {
        let workflowId = '';
        const note = ({ promotion }: OwedStep) => {
          ({ workflowId } = promotion);
          return Promise.resolve();
        };
        await performSteps(deps, input, [['attest', note]]);
        onAttested(workflowId);
      },
    },
  };
}

async function switchAndObserve(deps: StepDeps, asked: StepOfAttempt): Promise<void> {
  const { key, generation, served } = await withOwed(deps, asked, async (tx, { promotion, ...switched }) => {
    const { product, lane, id: promotionId } = promotion;
    const target = await servicesOf(tx, promotion.bundle);
    const reached = await switchAlias(tx, { ...switched, ...target, promotionId, product, lane });
    return { key: { tenant: tx.tenant, product, lane }, generation: reached, served: target };
  });
  await deps.database.transaction(
    asked.tenant,
    (tx) =>
      recordObservation(tx, key, {
        generation,
        status: 'SERVING',
        detail: undefined,
        served: { generation, ...served },
      }),
    moveLimits(),
  );
}

/** The comparator's replacements: same number, same sizes, no work and no database. */
export interface BareActivities {
  bareOpen(input: object): Promise<Answer>;
  bareAdvance(input: object): Promise<Answer>;
  bareMove(input: object): Promise<void>;
  bareAttest(input: object): Promise<void>;
}

/** A run of the comparator. */
export interface BareRun {
  readonly workflowId: string;
  readonly promotionId: string;
  readonly product: string;
}

/** The activities of the comparator. `onLive` is called when a run has moved its lane, `onAttested` when it is done. */
export function createBareActivities(
  onLive: (run: BareRun) => void,
  onAttested: (workflowId: string) => void,
): BareActivities {
  const events = [1, 2, 3].map((id) => ({
    id,
    at: '2026-01-01T00:00:00.000Z',
    text: 'a line about as long as those of a timeline',
  }));
  const answer = (phase: Answer['phase']): Promise<Answer> =>
    Promise.resolve({
      promotionId: '01a20b7d-3d0c-7531-bc93-14ead3d63ae1',
      phase,
      reason: 'a reason about as long as those of a promotion',
      policyDigest: digestOf('no gates'),
      attempt: 1,
      owed: ['guard'],
      at: { round: 1, event: 3 },
      events,
    });
  return {
    bareOpen: () => answer('GUARDING'),
    bareAdvance: () => answer('LIVE'),
    bareMove: (input) => {
      onLive(input as BareRun);
      return Promise.resolve();
    },
    bareAttest: (input) => {
      onAttested((input as BareRun).workflowId);
      return Promise.resolve();
    },
  };
}
