import { timestampMs } from '@bufbuild/protobuf/wkt';
import { type LaneOpening, ClosureKind } from '#gen/governance/v1/restriction_pb.js';
import { spanOf, useNow } from '../connection/clock.js';
import { Mark, type Shape, type Tone } from '../parts/mark.js';
import css from './closed-mark.module.css';

const looks: Readonly<Record<ClosureKind, readonly [Tone, Shape, string]>> = {
  [ClosureKind.UNSPECIFIED]: ['wait', 'alert', 'closed'],
  [ClosureKind.HOLD]: ['bad', 'pause', 'held'],
  [ClosureKind.RECALL]: ['bad', 'back', 'recalled'],
  [ClosureKind.FREEZE]: ['move', 'frost', 'frozen'],
  [ClosureKind.CHANGE]: ['wait', 'clock', 'closed'],
  [ClosureKind.SCHEDULE]: ['wait', 'clock', 'scheduled'],
};

/** That a lane is closed, in little space; nothing while it is open. Why is in the banner, and in its tooltip. */
export function ClosedMark({ opening }: { readonly opening: LaneOpening | undefined }) {
  const now = useNow();
  const [first] = opening?.closures ?? [];
  if (opening === undefined || first === undefined) return null;
  const [tone, shape, word] = looks[first.kind];
  const left = opening.nextOpen === undefined ? undefined : timestampMs(opening.nextOpen) - now.getTime();
  return (
    <span className={css['place']} title={opening.reason}>
      <Mark tone={tone} shape={shape}>
        {word}
        {left !== undefined && left > 0 && <span className={css['left']}>opens in {spanOf(left)}</span>}
      </Mark>
      <span className="visually-hidden">: {opening.reason}</span>
    </span>
  );
}
