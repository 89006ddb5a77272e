import type { GateChange } from '../../../core/governance/gate-changes.js';
import type { Terminal } from '../program/terminal.js';

/** How much of a value a line shows. */
const maxValueLength = 80;

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
