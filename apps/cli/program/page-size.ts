import { usageError } from '../errors/report-error.js';

const maximum = 500;

/** The size of a page that a person asked for. @throws INVALID_INPUT */
export function pageSizeOf(text: string): number {
  const size = Number(text);
  if (Number.isInteger(size) && size >= 1 && size <= maximum) return size;
  throw usageError(`${text} is no number of entries`, `give --limit a number from 1 to ${String(maximum)}`);
}
