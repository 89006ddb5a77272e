import { useInfiniteQuery } from '@connectrpc/connect-query';
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router';
import { Lane } from '#gen/governance/v1/lane_pb.js';
import { PromotionKind } from '#gen/governance/v1/policy_pb.js';
import type { Promotion } from '#gen/release/v1/promotion_pb.js';
import { PromotionService } from '#gen/release/v1/promotion_service_pb.js';
import { shortId } from '../../../core/ids.js';
import { isLane } from '../../../core/lanes.js';
import { specialKind } from '../../../core/promotion/state.js';
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
  const now = { product, lane, open };
  const change = (next: Wanted) => void navigate({ to: '/promotions', search: searchOf(next), replace: true });
  return (
    <Screen
      title="Promotions"
      aside={
        <>
          <Toggle isOn={open} onChange={(isOn) => change({ ...now, open: isOn })}>
            Not ended
          </Toggle>
          {(['bronze', 'silver', 'gold'] as const).map((name) => (
            <Toggle key={name} isOn={lane === name} onChange={(isOn) => change({ ...now, lane: isOn ? name : '' })}>
              {name}
            </Toggle>
          ))}
          <Command command={commandOf(now)} />
        </>
      }
    >
      {error !== null && <ProblemNote error={error} onRetry={() => void refetch()} />}
      {isPending && <Loading what="the promotions" rows={5} />}
      {product !== '' && (
        <p className={css['only']}>
          Only {product} ·{' '}
          <Link to="/promotions" search={searchOf({ ...now, product: '' })}>
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
  const special = specialKind(PromotionKind[kind]);
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
        <Link to="/bundles/$bundle" params={{ bundle: bundleDigest }}>
          <code>{shortId(bundleDigest)}</code>
        </Link>
        {special !== '' && <span className={css['small']}> {special}</span>}
      </td>
      <td>
        <Link to="/promotions/$promotion" params={{ promotion: id }}>
          <PhaseMark phase={state} />
        </Link>{' '}
        <StandingMark standing={standing} />
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

/** What the list is narrowed to; empty for no limit. */
interface Wanted {
  readonly product: string;
  readonly lane: string;
  readonly open: boolean;
}

/** The same as it stands in the address, where what is not said is left out. */
function searchOf({ product, lane, open }: Wanted) {
  return { ...(product !== '' && { product }), ...(lane !== '' && { lane }), ...(open && { open: true as const }) };
}

function commandOf({ product, lane, open }: Wanted): string {
  return [
    'lane get promotions',
    ...(product === '' ? [] : [`--product ${product}`]),
    ...(lane === '' ? [] : [`--lane ${lane}`]),
    ...(open ? ['--open'] : []),
  ].join(' ');
}
