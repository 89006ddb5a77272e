/** What is drawn of a plan, in milliseconds of epoch. */
interface PlannedTimes {
  readonly plannedAt: number;
  readonly earliest: number | undefined;
  /** Whether the lane is closed when it is planned. */
  readonly isClosed: boolean;
  /** In their order; those without an instant are drawn nowhere. */
  readonly steps: readonly { readonly kind: string; readonly at: number | undefined }[];
}

/** The time of a plan as parts of a line: 0 is when it was planned, 1 the last of what happens. */
interface PlanMarks {
  readonly from: number;
  readonly to: number;
  readonly marks: readonly { readonly at: number; readonly kind: string }[];
  /** When the lane is closed. */
  readonly closed: readonly { readonly from: number; readonly to: number }[];
  readonly earliest: number | undefined;
}

/** Where what happens is on a line from when it was planned to the last that is known, with a little more so that that is seen. */
export function marksOf({ plannedAt, earliest, isClosed, steps }: PlannedTimes): PlanMarks {
  const dated = steps.flatMap(({ kind, at }) => (at === undefined ? [] : [{ kind, at: Math.max(at, plannedAt) }]));
  const last = Math.max(plannedAt, earliest ?? plannedAt, ...dated.map(({ at }) => at));
  const to = last === plannedAt ? last : last + Math.ceil((last - plannedAt) / 20);
  const part = (at: number): number => (to === plannedAt ? 0 : (at - plannedAt) / (to - plannedAt));
  const closed: { from: number; to: number }[] = [];
  let since = isClosed ? plannedAt : undefined;
  for (const { kind, at } of dated) {
    if (kind === 'CLOSES') since ??= at;
    // What begins finds the lane open, whatever has not been said.
    else if ((kind === 'OPENS' || kind === 'STARTS') && since !== undefined) {
      closed.push({ from: part(since), to: part(at) });
      since = undefined;
    }
  }
  if (since !== undefined) closed.push({ from: part(since), to: 1 });
  return {
    ...{ from: plannedAt, to, closed },
    marks: dated.map(({ kind, at }) => ({ kind, at: part(at) })),
    earliest: earliest === undefined ? undefined : part(Math.max(earliest, plannedAt)),
  };
}
