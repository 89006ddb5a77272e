/** An instant as texts for people say it, whatever their clock: `2026-12-01 09:00 UTC`, with seconds where there are any. */
export function instantInWords(at: Date): string {
  const text = at.toISOString();
  const isWholeMinute = text.slice(17, 19) === '00';
  return `${text.slice(0, 10)} ${text.slice(11, isWholeMinute ? 16 : 19)} UTC`;
}
