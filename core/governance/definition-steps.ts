import { didYouMean } from '../did-you-mean.js';
import type { Lane } from '../lanes.js';
import { secondsOf } from '../policy/layers/gate-file.js';
import type { LaneStepToTake } from '../promotion/lane-steps.js';
import { type TakingStep, takingSteps } from '../promotion/state.js';
import type { Path } from '../yaml-file/schema-problems.js';

/** A step as files write it: its name, or its name with what is said about it. */
export type WrittenStep = string | Readonly<Record<string, { readonly within?: string }>>;

/** A mistake in the steps of a lane, and where it stands. */
export interface StepProblem {
  readonly path: Path;
  readonly text: string;
}

/** How long a target may take until it answers rightly, in seconds. */
const within = { least: 1, most: 600 } as const;

const order = takingSteps.join(', ');

/**
 * The steps of a lane. Their order is fixed, and a lane that nobody deploys to or that nobody asks whether it serves the
 * bundle is not taken; only the guard can be left out, and not in gold.
 */
export function readSteps(
  written: readonly WrittenStep[],
  lane: Lane,
  at: Path,
): { readonly steps: readonly LaneStepToTake[] } | { readonly problems: readonly StepProblem[] } {
  const read = written.map((one, index) => readStep(one, [...at, index]));
  const problems = read.flatMap((one) => ('problem' in one ? [one.problem] : []));
  if (problems.length > 0) return { problems };
  const steps = read.flatMap((one) => ('step' in one ? [one.step] : []));
  problems.push(...problemsOfOrder(steps, at), ...problemsOfAbsence(steps, lane, at));
  return problems.length > 0 ? { problems } : { steps };
}

function readStep(
  written: WrittenStep,
  path: Path,
): { readonly step: LaneStepToTake } | { readonly problem: StepProblem } {
  const [name = '', terms] = typeof written === 'string' ? [written] : (Object.entries(written)[0] ?? []);
  const place = typeof written === 'string' ? path : [...path, name];
  const refuse = (text: string) => ({ problem: { path: place, text } });
  const step = takingSteps.find((one) => one === name);
  if (step === undefined)
    return refuse(`there is no step ${name}; expected one of: ${order}${didYouMean(name, takingSteps)}`);
  if (terms?.within === undefined) return { step: { step } };
  if (step !== 'verify') return refuse(`within is said of verify alone, and not of ${step}`);
  const withinSeconds = secondsOf(terms.within);
  if (withinSeconds < within.least || withinSeconds > within.most)
    return refuse(`within ${terms.within} is too ${withinSeconds < within.least ? 'short' : 'long'}: 1s to 10m`);
  return { step: { step, withinSeconds } };
}

function problemsOfOrder(steps: readonly LaneStepToTake[], at: Path): readonly StepProblem[] {
  return steps.flatMap(({ step }, index) => {
    const before = steps.slice(0, index).map((one) => one.step);
    if (before.includes(step))
      return [{ path: [...at, index], text: `${step} is named twice; each step is taken once` }];
    const late = before.find((one) => placeOf(one) > placeOf(step));
    return late === undefined
      ? []
      : [{ path: [...at, index], text: `${step} stands after ${late}; the order is ${order}` }];
  });
}

function problemsOfAbsence(steps: readonly LaneStepToTake[], lane: Lane, path: Path): readonly StepProblem[] {
  const has = (wanted: TakingStep) => steps.some(({ step }) => step === wanted);
  return [
    ...(['deploy', 'verify'] as const)
      .filter((step) => !has(step))
      .map((step) => ({ path, text: `${step} is missing, without which no lane is taken; write all of: ${order}` })),
    ...(lane === 'gold' && !has('guard')
      ? [{ path, text: `guard is missing, which gold never goes without; write all of: ${order}` }]
      : []),
  ];
}

function placeOf(step: TakingStep): number {
  return takingSteps.indexOf(step);
}
