const steps = [
  { unit: 'd', ms: 86_400_000 },
  { unit: 'h', ms: 3_600_000 },
  { unit: 'm', ms: 60_000 },
  { unit: 's', ms: 1_000 },
] as const;

/** How long ago an instant (RFC 3339) was, or how long it is until then: `3m ago`, `in 2h`; empty for no instant. */
export function relativeTime(instant: string | undefined, now: Date): string {
  if (instant === undefined || instant === '') return '';
  const ms = now.getTime() - Date.parse(instant);
  if (Math.abs(ms) < 1_000) return 'just now';
  return ms > 0 ? `${duration(ms)} ago` : `in ${duration(-ms)}`;
}

/** A duration in whole multiples of its largest unit: `3m`. */
export function duration(ms: number): string {
  const step = steps.find((each) => ms >= each.ms) ?? { unit: 's', ms: 1_000 };
  return `${String(Math.floor(ms / step.ms))}${step.unit}`;
}

/** Parses a duration such as `90s`, `30m` or `2h`; undefined when the text is not one. @returns milliseconds */
export function parseDuration(text: string): number | undefined {
  const match = /^(\d{1,6})(ms|s|m|h|d)?$/.exec(text);
  if (match === null) return undefined;
  const factor = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 }[match[2] ?? 's'];
  return factor === undefined ? undefined : Number(match[1]) * factor;
}
