/** A date and time of ISO 8601 in its extended form, with or without a zone. */
const pattern = /^(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2})(?:[.,](\d{1,9}))?(?:Z|([+-])(\d{2}):?(\d{2}))?$/;

const maxOffsetMinutes = 14 * 60;

/**
 * Reads the time of a test report: ISO 8601, in UTC where it names no zone.
 * @returns RFC 3339 in UTC, or undefined when it is no such time
 */
export function parseReportTime(text: string): string | undefined {
  const [, local, fraction = '', sign, hours, minutes] = pattern.exec(text) ?? [];
  if (local === undefined) return undefined;
  const atUtc = Date.parse(`${local}.${fraction.padEnd(3, '0').slice(0, 3)}Z`);
  // A day that does not exist, such as February 30, is read as one of the next month.
  if (Number.isNaN(atUtc) || !new Date(atUtc).toISOString().startsWith(local)) return undefined;
  const offset = Number(hours ?? 0) * 60 + Number(minutes ?? 0);
  if (offset > maxOffsetMinutes || Number(minutes ?? 0) > 59) return undefined;
  const instant = new Date(atUtc - (sign === '-' ? -offset : offset) * 60_000).toISOString();
  return instant.length === 24 ? instant : undefined;
}
