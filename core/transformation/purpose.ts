import { listed, type Purpose } from '../release/purpose.js';
import type { TransformationSpec } from './model.js';

/** The goals and timeboxes of a transformation that are current on a day: those without dates always are. */
export function currentPurpose(
  { timeboxes, goals }: Pick<TransformationSpec, 'timeboxes' | 'goals'>,
  now: Date,
): Pick<Purpose, 'goals' | 'timeboxes'> {
  const today = now.toISOString().slice(0, 10);
  const current = timeboxes
    .filter(({ starts, ends }) => starts <= today && (ends === '' || today <= ends))
    .map(({ id }) => id);
  return {
    goals: goals.filter(({ timebox }) => timebox === '' || current.includes(timebox)).map(({ id }) => id),
    timeboxes: current,
  };
}

/** What a promotion serves: what its bundle says, and what the product's transformation and profile in effect add. */
export function purposeWithin(bundle: Purpose, { profile, goals, timeboxes }: Purpose): Purpose {
  const inEffect = profile ?? bundle.profile;
  return {
    ...(inEffect !== undefined && { profile: inEffect }),
    goals: listed([...bundle.goals, ...goals]),
    timeboxes: listed([...bundle.timeboxes, ...timeboxes]),
  };
}
