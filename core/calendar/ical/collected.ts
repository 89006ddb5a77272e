import { LanekeeperError } from '../../errors.js';
import type { Window } from '../window.js';
import { acceptedWindow } from './accepted-window.js';
import { maxEvents } from './components.js';
import type { Made } from './series-windows.js';
import type { Skipped } from './terms.js';

/** How many events of a calendar may come back: each is looked up for years, to know that it does. */
export const maxRecurring = 100;

/** The windows of a calendar, by name, and what of it is none. */
export class Collected {
  readonly #windows = new Map<string, Window>();
  readonly #skipped: Skipped[] = [];
  #recurring = 0;

  get windows(): readonly Window[] {
    return [...this.#windows.values()];
  }

  /** In the order of their lines. */
  get skipped(): readonly Skipped[] {
    return this.#skipped.toSorted((a, b) => a.line - b.line);
  }

  skip(skipped: Skipped): void {
    this.#skipped.push(skipped);
  }

  /** @throws LIMIT_EXCEEDED for more windows than are read */
  add({ line, what, window: read }: Made): void {
    if (read.recurrence !== undefined && (this.#recurring += 1) > maxRecurring)
      throw tooMany(line, `${maxRecurring} events that come back`);
    const accepted = acceptedWindow(read, what);
    if ('why' in accepted) {
      this.skip({ line, what, why: accepted.why });
      return;
    }
    const { window, idle } = accepted;
    if (this.#windows.has(window.name)) {
      this.skip({ line, what, why: `another event has given its name to the window ${window.name}` });
      return;
    }
    if (idle.length > 0)
      this.skip({
        ...{ line, what: `of the times that ${what} leaves out, ${idle.length}` },
        why: `it does not begin on ${idle.slice(0, 3).join(', ')}${idle.length > 3 ? ' and the like' : ''} anyway`,
      });
    this.#windows.set(window.name, window);
    if (this.#windows.size > maxEvents) throw tooMany(line, `${maxEvents} windows`);
  }
}

function tooMany(line: number, what: string): LanekeeperError {
  return new LanekeeperError('LIMIT_EXCEEDED', {
    message: `the calendar has more than ${what}`,
    object: `line ${line}`,
    next: 'export a shorter time, or a calendar of freezes and change windows alone',
  });
}
