import { useInfiniteQuery } from '@connectrpc/connect-query';
import { keepPreviousData } from '@tanstack/react-query';
import { getRouteApi, useNavigate } from '@tanstack/react-router';
import { useMemo } from 'react';
import { PromotionService } from '#gen/release/v1/promotion_service_pb.js';
import { Command } from '../parts/copy.js';
import { Empty, Loading, ProblemNote } from '../parts/notes.js';
import { Screen } from '../parts/screen.js';
import { Filter, Toggle } from '../parts/filter.js';
import { Banners } from '../restriction/banners.js';
import { Board } from './board.js';
import css from './lanes.module.css';
import { rowsOf } from './rows.js';

/** How many products are asked for at a time: the first of them are seen soon, the others when somebody comes there. */
const pageSize = 150;
const route = getRouteApi('/framed/lanes');

/** The board: every product with its lanes, what is live in them, and what is on its way. */
export default function Lanes() {
  const { q = '', waiting = false, bundle = '' } = route.useSearch();
  const navigate = useNavigate();
  const isNarrowed = q !== '' || waiting;
  const { data, error, isPending, isPlaceholderData, refetch, fetchNextPage, hasNextPage, isFetchingNextPage } =
    useInfiniteQuery(
      PromotionService.method.listLanes,
      { filter: q, waitingOnly: waiting, pageSize, pageToken: '' },
      {
        pageParamKey: 'pageToken',
        getNextPageParam: ({ nextPageToken }) => nextPageToken || undefined,
        // What was seen stays until the answer is there, and says nothing about what is asked for now.
        placeholderData: keepPreviousData,
      },
    );
  const isAnswered = data !== undefined && !isPlaceholderData;
  const lanes = useMemo(() => data?.pages.flatMap((page) => page.lanes) ?? [], [data]);
  const rows = useMemo(() => rowsOf(lanes), [lanes]);
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
      {isAnswered && rows.length === 0 && !isNarrowed && (
        <Empty title="There are no products yet">
          <p>In the repository of one, write its file, then release its first bundle:</p>
          <p>
            <Command command="lane init" label="" /> <Command command="lane release" label="" />
          </p>
        </Empty>
      )}
      {isAnswered && rows.length === 0 && isNarrowed && (
        <Empty title="No product matches">
          <button type="button" className={css['link']} onClick={() => change({})}>
            Show all products
          </button>
        </Empty>
      )}
      <Banners lanes={lanes} isPart={hasNextPage} />
      {rows.length > 0 && (
        <Board
          rows={rows}
          total={data?.pages[0]?.totalProducts ?? rows.length}
          isNarrowed={isNarrowed && isAnswered}
          onNearEnd={() => {
            if (isAnswered && hasNextPage && !isFetchingNextPage) void fetchNextPage();
          }}
          chosen={bundle}
          onChoose={(digest) =>
            change({ ...(q !== '' && { q }), ...(waiting && { waiting }), ...(digest !== '' && { bundle: digest }) })
          }
        />
      )}
    </Screen>
  );
}
