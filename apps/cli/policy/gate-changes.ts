import { type GateChange, gateChanges } from '../../../core/governance/gate-changes.js';
import { parseDocument } from '../../../core/governance/parse-document.js';
import type { Terminal } from '../program/terminal.js';

/** How much of a value a line shows. */
const maxValueLength = 80;

/**
 * What the second of two documents, each with its name and text, changes of gates; undefined where they say nothing of gates,
 * or cannot be read any more.
 */
export function gateChangesBetween(
  [from, before]: readonly [string, string],
  [to, after]: readonly [string, string],
): readonly GateChange[] | undefined {
  try {
    return gateChanges(parseDocument(before, from), parseDocument(after, to));
  } catch {
    return undefined;
  }
}

/** What was changed of gates: a line for each gate and the lanes in which the same happened, with a line for each value. */
export function gateChangeLines(changes: readonly GateChange[], colours: Terminal['colours']): string {
  const marks = { added: colours.green('+'), removed: colours.red('-'), changed: colours.yellow('~') } as const;
  return changes
    .flatMap(({ gate, override, change, lanes, fields }) => [
      `${marks[change]} ${colours.bold(gate)}${override === undefined ? '' : ` in override ${override}`}: ${change} in ${lanes.join(', ')}`,
      ...fields.map(({ field, before, after }) => `    ${field}: ${valueText(change, before, after)}`),
    ])
    .join('\n');
}

function valueText(change: GateChange['change'], before: string | undefined, after: string | undefined): string {
  if (change !== 'changed') return shortened(after ?? before ?? '');
  return `${before === undefined ? 'nothing' : shortened(before)} → ${after === undefined ? 'nothing' : shortened(after)}`;
}

function shortened(value: string): string {
  return value.length > maxValueLength ? `${value.slice(0, maxValueLength - 1)}…` : value;
}
