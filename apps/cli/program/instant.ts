import { usageError } from '../errors/report-error.js';

const pattern = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2})$/i;

/** Reads an instant that somebody has typed, with its offset. @throws INVALID_INPUT */
export function instantFrom(text: string, option: string): Date {
  const date = pattern.test(text) ? new Date(text) : undefined;
  if (date !== undefined && !Number.isNaN(date.getTime())) return date;
  throw usageError(
    `${option} ${text} is not an instant`,
    'say it with its offset from UTC, for example 2026-12-24T18:00+01:00',
  );
}
