import { useQuery } from '@connectrpc/connect-query';
import { getRouteApi, useNavigate } from '@tanstack/react-router';
import { useWindowVirtualizer } from '@tanstack/react-virtual';
import { useMemo, useRef, useState } from 'react';
import { Lane } from '#gen/governance/v1/lane_pb.js';
import { PromotionService } from '#gen/release/v1/promotion_service_pb.js';
import { Command } from '../parts/copy.js';
import { LaneName } from '../parts/lane-name.js';
import { Empty, Loading, ProblemNote } from '../parts/notes.js';
import { Screen } from '../parts/screen.js';
import { Filter, Toggle } from '../parts/filter.js';
import css from './lanes.module.css';
import { LaneRow } from './lane-row.js';
import { filterRows, hasBundle, type ProductRow, rowsOf } from './rows.js';

const lanes = [Lane.BRONZE, Lane.SILVER, Lane.GOLD] as const;
const route = getRouteApi('/framed/lanes');

/** The board: every product with its lanes, what is live in them, and what is on its way. */
export default function Lanes() {
  const { q = '', waiting = false, bundle = '' } = route.useSearch();
  const navigate = useNavigate();
  const { data, error, isPending, refetch } = useQuery(PromotionService.method.listLanes, { pageSize: 1_000 });
  const all = useMemo(() => rowsOf(data?.lanes ?? []), [data]);
  const rows = useMemo(() => filterRows(all, { q, waiting }), [all, q, waiting]);
  const change = (next: { q?: string; waiting?: true; bundle?: string }) =>
    void navigate({ to: '/lanes', search: next, replace: true, resetScroll: false });
  return (
    <Screen
      title="Lanes"
      aside={
        <>
          <Toggle
            isOn={waiting}
            onChange={(isOn) => change({ ...(q !== '' && { q }), ...(isOn && { waiting: true }) })}
          >
            Something waits
          </Toggle>
          <Filter
            value={q}
            label="Filter by product, bundle or revision"
            onChange={(text) => change({ ...(text !== '' && { q: text }), ...(waiting && { waiting }) })}
          />
        </>
      }
    >
      {error !== null && <ProblemNote error={error} onRetry={() => void refetch()} />}
      {isPending && <Loading what="the board of lanes" rows={5} />}
      {data !== undefined && all.length === 0 && (
        <Empty title="There are no products yet">
          <p>In the repository of one, write its file, then release its first bundle:</p>
          <p>
            <Command command="lane init" label="" /> <Command command="lane release" label="" />
          </p>
        </Empty>
      )}
      {all.length > 0 && rows.length === 0 && (
        <Empty title="No product matches">
          <button type="button" className={css['link']} onClick={() => change({})}>
            Show all {all.length}
          </button>
        </Empty>
      )}
      {rows.length > 0 && (
        <Board
          rows={rows}
          total={all.length}
          chosen={bundle}
          onChoose={(digest) =>
            change({ ...(q !== '' && { q }), ...(waiting && { waiting }), ...(digest !== '' && { bundle: digest }) })
          }
        />
      )}
    </Screen>
  );
}

function Board({
  rows,
  total,
  chosen,
  onChoose,
}: {
  readonly rows: readonly ProductRow[];
  readonly total: number;
  /** The bundle whose ways are shown; empty for none. */
  readonly chosen: string;
  readonly onChoose: (bundle: string) => void;
}) {
  const list = useRef<HTMLDivElement>(null);
  const [offset, setOffset] = useState(0);
  const virtual = useWindowVirtualizer({
    count: rows.length,
    estimateSize: () => 92,
    overscan: 8,
    scrollMargin: offset,
    getItemKey: (index) => rows[index]?.product ?? index,
  });
  return (
    <div className={css['board']} role="table" aria-label="Lanes of products" aria-rowcount={rows.length + 1}>
      <div className={css['head']} role="row" aria-rowindex={1}>
        <span role="columnheader">
          Product{' '}
          <span className={css['total']}>
            {rows.length === total ? total : `${String(rows.length)} of ${String(total)}`}
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
        {virtual.getVirtualItems().map(({ index, key, start }) => {
          const row = rows[index];
          return row === undefined ? null : (
            <div
              key={key}
              ref={virtual.measureElement}
              data-index={index}
              role="row"
              aria-rowindex={index + 2}
              className={css['row']}
              style={{ transform: `translateY(${String(start - offset)}px)` }}
            >
              <LaneRow row={row} chosen={hasBundle(row, chosen) ? chosen : ''} onChoose={onChoose} />
            </div>
          );
        })}
      </div>
    </div>
  );
}
