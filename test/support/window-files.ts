import { parseWindow } from '../../core/calendar/parse.js';
import { asLanekeeperError } from '../../core/errors.js';

/** A freeze of each weekend, as somebody writes it. */
export const weekly = {
  ...{ kind: 'FREEZE', reason: 'everybody rests', zone: 'Europe/Berlin', begins: '2026-12-04T18:00' },
  ...{ ends: '2026-12-07T08:00', recurrence: 'FREQ=WEEKLY;BYDAY=FR' },
};

/** What a test changes of it. */
export type Change = Readonly<Record<string, unknown>>;

/** The file of the weekly freeze, each field on a line of its own from the sixth on; undefined leaves a field out. */
export function windowFile(change: Change = {}, name = 'weekends'): string {
  const fields = Object.entries<unknown>({ ...weekly, ...change }).filter(([, value]) => value !== undefined);
  return [
    ...['apiVersion: lanekeeper.dev/v1', 'kind: Window', `metadata: { name: ${JSON.stringify(name)} }`, 'spec:'],
    ...fields.map(([field, value]) => `  ${field}: ${JSON.stringify(value)}`),
  ].join('\n');
}

/** Why something is refused as invalid, with what to do next. */
export function whyOf(read: () => unknown): string {
  try {
    read();
    return 'it is read';
  } catch (error) {
    const refused = asLanekeeperError(error);
    if (refused?.code !== 'INVALID_INPUT' || refused.next?.includes('docs/window-reference.md') !== true) throw error;
    return refused.why ?? '';
  }
}

/** The mistakes of a file of a window. */
export const mistakesOf = (text: string): string => whyOf(() => parseWindow(text, 'w.yaml'));
