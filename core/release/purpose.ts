import type { Manifest } from './manifest.js';

/** As many goals or timeboxes as one search attribute is given: Temporal refuses values above 2 kB. */
export const maxListed = 20;

/** What a bundle was made for, in the terms of its team's method, as far as it says so. */
export interface Purpose {
  /** The methodology profile: `scrum`, `safe`, `togaf` or another. */
  readonly profile?: string;
  /** The Increment, PI Objective and ADM deliverable that it serves. */
  readonly goals: readonly string[];
  /** The timeboxes that it was made in. */
  readonly timeboxes: readonly string[];
}

/** What a bundle was made for, by what its manifest or its release says. */
export function purposeOf({ methodology, run }: Pick<Manifest, 'methodology'> & { readonly run: Timeboxed }): Purpose {
  const { profile, increment, piObjective, admDeliverable } = methodology ?? {};
  return {
    ...(profile !== undefined && { profile }),
    goals: [increment, piObjective, admDeliverable].filter((goal) => goal !== undefined),
    timeboxes: run.timebox === undefined ? [] : [run.timebox],
  };
}

interface Timeboxed {
  readonly timebox?: string;
}
