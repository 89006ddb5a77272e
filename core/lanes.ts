import { LanekeeperError } from './errors.js';

/** The lanes, lowest assurance first. */
export const lanes = ['bronze', 'silver', 'gold'] as const;

/** A level of assurance with its own target and gates. */
export type Lane = (typeof lanes)[number];

/** Whether `value` names a lane. */
export function isLane(value: unknown): value is Lane {
  return lanes.some((lane) => lane === value);
}

/** Reads the name of a lane. @throws UNKNOWN_LANE */
export function parseLane(value: unknown): Lane {
  if (isLane(value)) return value;
  throw new LanekeeperError('UNKNOWN_LANE', {
    message: `there is no lane ${String(value).slice(0, 80)}`,
    why: `the lanes are ${lanes.join(', ')}`,
  });
}
