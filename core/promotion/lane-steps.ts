import { type PromotionKind, type TakingStep, takingSteps } from './state.js';
import { wordsOfSteps } from './step-words.js';

/** One of the steps by which a lane is taken. */
export interface LaneStepToTake {
  readonly step: TakingStep;
  /** Only of `verify`: how long the target may take until it answers rightly, in seconds. Without it, it is asked once. */
  readonly withinSeconds?: number;
}

/** The steps by which a lane is taken where nothing is said. */
const usual: readonly LaneStepToTake[] = takingSteps.map((step) => ({ step }));

/** Something that may say by which steps a lane is taken: a lane of a definition, or a snapshot. */
export interface SaysSteps {
  readonly steps?: readonly LaneStepToTake[];
}

/**
 * The steps by which a promotion of a kind takes its lane, in their order. A rollback has no guard: its build was checked when
 * it went live, still runs, and is hashed again where it has to be unpacked.
 */
export function stepsToTake({ steps = usual }: SaysSteps, kind: PromotionKind): readonly LaneStepToTake[] {
  return kind === 'ROLLBACK' ? steps.filter(({ step }) => step !== 'guard') : steps;
}

/** What a snapshot says about steps: nothing where they are the usual ones, so that its digest is that of its gates alone. */
export function pinnedSteps(lane: SaysSteps, kind: PromotionKind): SaysSteps {
  const steps = stepsToTake(lane, kind);
  return wordsOfSteps(steps) === wordsOfSteps(stepsToTake({}, kind)) ? {} : { steps };
}
