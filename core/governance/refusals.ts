import { LanekeeperError } from '../errors.js';

/** How many mistakes of several files are told together. */
const most = 60;

/** The mistakes that the refusal of a file names, one a line, each with its place. */
export function mistakesOf({ message, object, why = '' }: LanekeeperError): readonly string[] {
  const lines = why.split('\n').filter(Boolean);
  if (lines.length > 0 && lines.every((line) => /^\S.*?:\d+:\d+: /.test(line))) return lines;
  const place = object !== undefined && /:\d+:\d+$/.test(object) ? `${object}: ` : '';
  return [`${place}${[message, ...lines].join(': ')}`];
}

/**
 * One refusal of several mistakes; of one file, it is the file's own.
 *
 * @param problems what is wrong beside what files are refused for
 * @param object what was read
 */
export function refusalOfAll(
  refusals: readonly LanekeeperError[],
  problems: readonly string[],
  object: string,
): LanekeeperError {
  const [first] = refusals;
  if (first !== undefined && refusals.length === 1 && problems.length === 0) return first;
  const all = [...new Set([...refusals.flatMap(mistakesOf), ...problems])];
  const left = all.length - most;
  return new LanekeeperError(first?.code ?? 'INVALID_POLICY', {
    message: all.length === 1 ? 'there is a mistake' : `there are ${String(all.length)} mistakes`,
    object,
    why: [...all.slice(0, most), ...(left > 0 ? [`and ${String(left)} more`] : [])].join('\n'),
    next: 'correct the files; docs/policies.md describes their format',
  });
}
