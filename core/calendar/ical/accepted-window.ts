import { asLanekeeperError } from '../../errors.js';
import { readWindow } from '../parse.js';
import { problemsOfWindow } from '../problems.js';
import type { Window } from '../window.js';

/** A window in its one form, and the days that it would leave out although it does not begin on them. */
interface Accepted {
  readonly window: Window;
  readonly idle: readonly string[];
}

/**
 * What an event brings, held against what windows can be. Whoever writes a window is told of a day that leaves out nothing;
 * calendars keep such days when a series is changed, and mean nothing by them.
 */
export function acceptedWindow(window: Window, what: string): Accepted | { readonly why: string } {
  try {
    return { window: readWindow(window, what), idle: [] };
  } catch (error) {
    const idle = idleDays(window);
    if (idle.length > 0) return withoutDays(window, idle, what);
    const refusal = asLanekeeperError(error);
    if (refusal === undefined) throw error;
    return { why: (refusal.why ?? refusal.message).replaceAll('\n', '; ') };
  }
}

/** They are told of a window that has no other mistake. */
function idleDays(window: Window): readonly string[] {
  const except = window.except ?? [];
  return problemsOfWindow(window).flatMap(({ path: [field, index] }) => {
    const day = field === 'except' && typeof index === 'number' ? except[index] : undefined;
    return day === undefined ? [] : [day];
  });
}

function withoutDays({ except = [], ...window }: Window, idle: readonly string[], what: string) {
  const left = except.filter((day) => !idle.includes(day));
  const accepted = acceptedWindow({ ...window, ...(left.length > 0 && { except: left }) }, what);
  return 'why' in accepted ? accepted : { ...accepted, idle: [...idle, ...accepted.idle] };
}
