import { usageError } from '../errors/report-error.js';

const maximum = 500;

/** The page size from `--limit`. @throws INVALID_INPUT */
export function pageSizeOf(text: string): number {
  const size = Number(text);
  if (Number.isInteger(size) && size >= 1 && size <= maximum) return size;
  throw usageError(`--limit ${text} is not valid`, `use a whole number from 1 to ${String(maximum)}`);
}
