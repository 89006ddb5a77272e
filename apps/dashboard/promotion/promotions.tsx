import { useInfiniteQuery } from '@connectrpc/connect-query';
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router';
import { Lane } from '#gen/governance/v1/lane_pb.js';
import { PromotionKind } from '#gen/governance/v1/policy_pb.js';
import type { Promotion } from '#gen/release/v1/promotion_pb.js';
import { PromotionService } from '#gen/release/v1/promotion_service_pb.js';
import { shortId } from '../../../core/ids.js';
import { isLane } from '../../../core/lanes.js';
import { Button } from '../parts/button.js';
import { Command } from '../parts/copy.js';
import { Toggle } from '../parts/filter.js';
import { HeldNote } from '../parts/held-note.js';
import { useHeld } from '../parts/held.js';
import { Ago } from '../parts/instant.js';
import { LaneName } from '../parts/lane-name.js';
import { Empty, Loading, ProblemNote } from '../parts/notes.js';
import { Screen } from '../parts/screen.js';
import { PhaseMark, StandingMark } from '../parts/states.js';
import { Who } from '../parts/who.js';
import css from './promotions.module.css';

const route = getRouteApi('/framed/promotions');
const pageSize = 50;

/** Promotions, the newest first. */
export default function Promotions() {
  const { product = '', lane = '', open = false } = route.useSearch();
  const navigate = useNavigate();
  const wanted = isLane(lane) ? Lane[lane.toUpperCase() as 'BRONZE' | 'SILVER' | 'GOLD'] : Lane.UNSPECIFIED;
  const { data, error, isPending, refetch, fetchNextPage, hasNextPage, isFetchingNextPage } = useInfiniteQuery(
    PromotionService.method.listPromotions,
    { product, lane: wanted, openOnly: open, pageSize, pageToken: '' },
    { pageParamKey: 'pageToken', getNextPageParam: ({ nextPageToken }) => nextPageToken || undefined },
  );
  const held = useHeld(data?.pages.flatMap(({ promotions }) => promotions) ?? [], ({ id }) => id);
  const change = (next: { product?: string; lane?: string; open?: true }) =>
    void navigate({ to: '/promotions', search: next, replace: true });
  const now = { ...(product !== '' && { product }), ...(lane !== '' && { lane }), ...(open && { open: true as const }) };
  return (
    <Screen
      title="Promotions"
      aside={
        <>
          <Toggle isOn={open} onChange={(isOn) => change({ ...now, open: isOn ? true : undefined } as typeof now)}>
            Not ended
          </Toggle>
          {(['bronze', 'silver', 'gold'] as const).map((name) => (
            <Toggle
              key={name}
              isOn={lane === name}
              onChange={(isOn) => change({ ...now, lane: isOn ? name : undefined } as typeof now)}
            >
              {name}
            </Toggle>
          ))}
          <Command command={commandOf(product, lane, open)} />
        </>
      }
    >
      {error !== null && <ProblemNote error={error} onRetry={() => void refetch()} />}
      {isPending && <Loading what="the promotions" rows={5} />}
      {product !== '' && (
        <p className={css['only']}>
          Only {product} ·{' '}
          <Link to="/promotions" search={{ ...now, product: undefined }}>
            show all products
          </Link>
        </p>
      )}
      {data !== undefined && held.shown.length === 0 && held.changes === 0 && (
        <Empty title="No promotion matches">
          <Command command="lane promote BUNDLE --to bronze" label="" />
        </Empty>
      )}
      <HeldNote held={held} />
      {held.shown.length > 0 && (
        <div className={css['scroll']} tabIndex={0} role="region" aria-label="Promotions" {...held.around}>
          <table className={css['table']}>
            <thead>
              <tr>
                {['Product', 'Lane', 'Bundle', 'State', 'Why', 'Requested by', 'Changed'].map((title) => (
                  <th key={title} scope="col">
                    {title}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {held.shown.map((promotion) => (
                <Row key={promotion.id} promotion={promotion} />
              ))}
            </tbody>
          </table>
        </div>
      )}
      {hasNextPage && (
        <p className={css['more']}>
          <Button isBusy={isFetchingNextPage} onClick={() => void fetchNextPage()}>
            Show older ones
          </Button>
        </p>
      )}
    </Screen>
  );
}

function Row({ promotion }: { readonly promotion: Promotion }) {
  const { id, product, lane, bundleDigest, state, standing, reason, kind, requester, updatedAt } = promotion;
  return (
    <tr>
      <td>
        <Link to="/products/$product" params={{ product }}>
          {product}
        </Link>
      </td>
      <td>
        <LaneName lane={lane} />
      </td>
      <td>
        <Link to="/promotions/$promotion" params={{ promotion: id }}>
          <code>{shortId(bundleDigest)}</code>
        </Link>
        {kind === PromotionKind.ROLLBACK && <span className={css['small']}> rollback</span>}
      </td>
      <td>
        <PhaseMark phase={state} /> <StandingMark standing={standing} />
      </td>
      <td className={css['why']}>{reason}</td>
      <td>
        <Who name={requester} />
      </td>
      <td className={css['small']}>
        <Ago at={updatedAt} />
      </td>
    </tr>
  );
}

function commandOf(product: string, lane: string, open: boolean): string {
  return [
    'lane get promotions',
    ...(product === '' ? [] : [`--product ${product}`]),
    ...(lane === '' ? [] : [`--lane ${lane}`]),
    ...(open ? ['--open'] : []),
  ].join(' ');
}
