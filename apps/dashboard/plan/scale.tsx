import { type Timestamp, timestampDate } from '@bufbuild/protobuf/wkt';
import { PlanStepKind } from '#gen/release/v1/plan_pb.js';
import type { PlanResponse } from '#gen/release/v1/promotion_service_pb.js';
import { dayAndTime } from '../connection/clock.js';
import { useSettings } from '../connection/settings.js';
import css from './plan.module.css';
import { marksOf } from './marks.js';

/** The width that is drawn. */
const width = 1_000;

/** The time of a plan from left to right: when the lane is closed, what happens, and where it begins. For eyes; the list says the same. */
export function Scale({ plan }: { readonly plan: PlanResponse }) {
  const { zone } = useSettings();
  const { from, to, marks, closed, earliest } = marksOf({
    plannedAt: msOf(plan.plannedAt) ?? 0,
    earliest: msOf(plan.earliest),
    isClosed: plan.opening?.closed === true,
    steps: plan.timeline.map(({ kind, at }) => ({ kind: PlanStepKind[kind], at: msOf(at) })),
  });
  if (to === from) return null;
  const xOf = (part: number) => Math.round(part * width);
  return (
    <figure className={css['scale']} aria-hidden="true">
      <svg viewBox={`0 0 ${String(width)} 40`} preserveAspectRatio="none">
        <rect className={css['axis']} x={0} y={18} width={width} height={4} />
        {closed.map((span) => (
          <rect
            key={span.from}
            className={css['closedSpan']}
            x={xOf(span.from)}
            y={8}
            width={Math.max(2, xOf(span.to) - xOf(span.from))}
            height={24}
          />
        ))}
        {marks.map(({ at, kind }, index) => (
          <rect key={index} className={css[kind] ?? css['mark']} x={xOf(at) - 2} y={6} width={4} height={28} />
        ))}
        {earliest !== undefined && (
          <rect className={css['line']} x={Math.min(width - 4, xOf(earliest))} y={0} width={4} height={40} />
        )}
      </svg>
      <figcaption>
        <span>now</span>
        <span>{dayAndTime(new Date(to), zone)}</span>
      </figcaption>
    </figure>
  );
}

function msOf(at: Timestamp | undefined): number | undefined {
  return at === undefined ? undefined : timestampDate(at).getTime();
}
