import { useQuery } from '@connectrpc/connect-query';
import { Link } from '@tanstack/react-router';
import { Lane } from '#gen/governance/v1/lane_pb.js';
import { BundleService } from '#gen/release/v1/bundle_service_pb.js';
import { type Promotion, PromotionPhase, Standing } from '#gen/release/v1/promotion_pb.js';
import { PromotionService } from '#gen/release/v1/promotion_service_pb.js';
import { shortId } from '../../../core/ids.js';
import type { Words } from '../../../core/policy/words-of-profile.js';
import { Command } from '../parts/copy.js';
import { Ago } from '../parts/instant.js';
import { LaneName } from '../parts/lane-name.js';
import { Mark } from '../parts/mark.js';
import { Empty, Loading, ProblemNote, sentence } from '../parts/notes.js';
import { PhaseMark, StandingMark } from '../parts/states.js';
import { ClosedMark } from '../restriction/closed-mark.js';
import { matrixOf } from './cells.js';
import css from './product.module.css';

const lanes = [Lane.BRONZE, Lane.SILVER, Lane.GOLD] as const;

/** Bundles by lanes: where each was tried, and how that came out. */
export function Matrix({ product, words }: { readonly product: string; readonly words: Words }) {
  const bundles = useQuery(BundleService.method.listBundles, { product, pageSize: 100 });
  const promotions = useQuery(PromotionService.method.listPromotions, { product, pageSize: 500 });
  const statuses = useQuery(PromotionService.method.listLanes, { product });
  const error = bundles.error ?? promotions.error;
  if (error !== null) return <ProblemNote error={error} />;
  if (bundles.data === undefined || promotions.data === undefined)
    return <Loading what={`the ${words.many('bundle')}`} />;
  const rows = matrixOf(bundles.data.bundles, promotions.data.promotions);
  if (rows.length === 0)
    return (
      <Empty title={`No ${words.one('bundle')} has been released yet`}>
        <Command command="lane release" label="" />
      </Empty>
    );
  return (
    <div className={css['scroll']} tabIndex={0} role="region" aria-label={`${words.Many('bundle')} in lanes`}>
      <table className={css['matrix']}>
        <thead>
          <tr>
            <th scope="col">{words.One('bundle')}</th>
            {lanes.map((lane) => (
              <th key={lane} scope="col">
                <span className={css['laneHead']}>
                  <LaneName lane={lane} />
                  <ClosedMark opening={statuses.data?.lanes.find((status) => status.lane === lane)?.opening} />
                </span>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(({ bundle, newest }) => (
            <tr key={bundle.digest}>
              <th scope="row">
                <div className={css['bundle']}>
                  <Link to="/bundles/$bundle" params={{ bundle: bundle.digest }}>
                    <code>{shortId(bundle.digest)}</code>
                  </Link>
                  {bundle.recall !== undefined && (
                    <Mark tone="bad" shape="back">
                      recalled
                    </Mark>
                  )}
                  <span className={css['subject']}>{bundle.subject}</span>
                  <span className={css['small']}>
                    {bundle.authorName} · sealed <Ago at={bundle.sealedAt} />
                  </span>
                </div>
              </th>
              {lanes.map((lane) => (
                <td key={lane}>
                  <Cell promotion={newest.get(lane)} />
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Cell({ promotion }: { readonly promotion: Promotion | undefined }) {
  if (promotion === undefined) return <span className={css['small']}>–</span>;
  return (
    <Link to="/promotions/$promotion" params={{ promotion: promotion.id }} className={css['cell']}>
      <PhaseMark phase={promotion.state} />
      <StandingMark standing={promotion.standing} />
      {promotion.standing === Standing.AT_RISK && <span className={css['small']}>{sentence(promotion.reason)}</span>}
      <span className={css['small']}>
        <Ago at={(promotion.state === PromotionPhase.LIVE ? promotion.liveAt : undefined) ?? promotion.updatedAt} />
      </span>
    </Link>
  );
}
