import { useWindowVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useRef, useState } from 'react';
import { Lane } from '#gen/governance/v1/lane_pb.js';
import { LaneName } from '../parts/lane-name.js';
import { LaneRow } from './lane-row.js';
import css from './lanes.module.css';
import { hasBundle, type ProductRow } from './rows.js';

const lanes = [Lane.BRONZE, Lane.SILVER, Lane.GOLD] as const;

/** The products and their lanes, as far as they are in sight; more are asked for as somebody comes to them. */
export function Board({
  rows,
  total,
  isNarrowed,
  chosen,
  onNearEnd,
  onChoose,
}: {
  /** What has been asked for so far. */
  readonly rows: readonly ProductRow[];
  /** How many there are. */
  readonly total: number;
  readonly isNarrowed: boolean;
  /** The bundle whose ways are shown; empty for none. */
  readonly chosen: string;
  readonly onChoose: (bundle: string) => void;
  /** Called when rows are in sight that have not been asked for. */
  readonly onNearEnd: () => void;
}) {
  const list = useRef<HTMLDivElement>(null);
  const [offset, setOffset] = useState(0);
  const virtual = useWindowVirtualizer({
    count: total,
    estimateSize: () => 92,
    overscan: 8,
    scrollMargin: offset,
    getItemKey: (index) => rows[index]?.product ?? index,
  });
  const items = virtual.getVirtualItems();
  const isMissing = (items.at(-1)?.index ?? 0) >= rows.length && rows.length < total;
  useEffect(() => {
    if (isMissing) onNearEnd();
    // What it does depends on how many there are, not on who asks.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [isMissing, rows.length]);
  return (
    <div className={css['board']} role="table" aria-label="Lanes of products" aria-rowcount={total + 1}>
      <div className={css['head']} role="row" aria-rowindex={1}>
        <span role="columnheader">
          Product{' '}
          <span className={css['total']}>
            {total} {isNarrowed && (total === 1 ? 'match' : 'matches')}
          </span>
        </span>
        {lanes.map((lane) => (
          <span key={lane} role="columnheader">
            <LaneName lane={lane} />
          </span>
        ))}
      </div>
      <div
        ref={(element) => {
          list.current = element;
          if (element !== null && element.offsetTop !== offset) setOffset(element.offsetTop);
        }}
        role="rowgroup"
        className={css['rows']}
        style={{ height: virtual.getTotalSize() }}
      >
        {items.map(({ index, key, start }) => {
          const row = rows[index];
          return (
            <div
              key={key}
              ref={virtual.measureElement}
              data-index={index}
              role="row"
              aria-rowindex={index + 2}
              className={css['row']}
              style={{ transform: `translateY(${String(start - offset)}px)` }}
            >
              {row === undefined ? (
                <Missing />
              ) : (
                <LaneRow row={row} chosen={hasBundle(row, chosen) ? chosen : ''} onChoose={onChoose} />
              )}
            </div>
          );
        })}
      </div>
    </div>
  );
}

/** A product that is being asked for. */
function Missing() {
  return (
    <>
      <span role="cell" className={css['product']}>
        <span className="visually-hidden">This product is being loaded</span>…
      </span>
      {lanes.map((lane) => (
        <span key={lane} role="cell" className={css['cell']} />
      ))}
    </>
  );
}
