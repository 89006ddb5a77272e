import { utf8Of } from '../bytes.js';
import type { Manifest } from './manifest.js';

/** As many goals or timeboxes as one search attribute is given. */
export const maxListed = 20;

/** How long their JSON may be, in bytes: Temporal ends a run that gives a search attribute more than 2,048. */
const maxListedBytes = 1_900;

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
    goals: listed([increment, piObjective, admDeliverable].filter((goal) => goal !== undefined)),
    timeboxes: listed(run.timebox === undefined ? [] : [run.timebox]),
  };
}

interface Timeboxed {
  readonly timebox?: string;
}

/** Each once, and as many as a search attribute holds, the first first. */
export function listed(ids: readonly string[]): readonly string[] {
  const kept: string[] = [];
  let bytes = 2;
  for (const id of new Set(ids)) {
    const more = utf8Of(JSON.stringify(id)).length + 1;
    if (kept.length === maxListed || bytes + more > maxListedBytes) continue;
    kept.push(id);
    bytes += more;
  }
  return kept;
}
