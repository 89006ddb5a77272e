import { Link } from '@tanstack/react-router';
import type { LaneStatus, OpenPromotion } from '#gen/release/v1/lane_status_pb.js';
import { shortId } from '../../../core/ids.js';
import { Ago } from '../parts/instant.js';
import { LaneName } from '../parts/lane-name.js';
import { Glyph } from '../parts/mark.js';
import { PhaseMark, ServingMark, StandingMark } from '../parts/states.js';
import { Who } from '../parts/who.js';
import css from './lanes.module.css';
import type { ProductRow } from './rows.js';

/** A product: what is live in each lane, and what is on its way there. */
export function LaneRow({ row: { product, lanes } }: { readonly row: ProductRow }) {
  return (
    <>
      <div role="rowheader" className={css['product']}>
        <Link to="/products/$product" params={{ product }}>
          {product}
        </Link>
      </div>
      {lanes.map((lane) => (
        <div key={lane.lane} role="cell" className={css['cell']}>
          <span className={css['cellLane']}>
            <LaneName lane={lane.lane} />
          </span>
          <LiveBundle lane={lane} />
          {lane.open.map((open) => (
            <OnItsWay key={open.promotionId} open={open} lane={lane} />
          ))}
        </div>
      ))}
    </>
  );
}

function LiveBundle({ lane }: { readonly lane: LaneStatus }) {
  if (lane.liveBundleDigest === '')
    return lane.open.length > 0 ? null : <span className={css['nothing']}>nothing</span>;
  return (
    <div className={css['live']}>
      <div className={css['line']}>
        <Link to="/promotions/$promotion" params={{ promotion: lane.livePromotionId }} className={css['id']}>
          {shortId(lane.liveBundleDigest)}
        </Link>
        <ServingMark serving={lane.serving} />
        <StandingMark standing={lane.liveStanding} />
        {lane.url !== '' && (
          <a href={lane.url} target="_blank" rel="noreferrer" className={css['open']} aria-label={`Open ${lane.url}`}>
            open <Glyph shape="out" />
          </a>
        )}
      </div>
      <div className={css['small']}>
        <Ago at={lane.liveAt} suffix="" />
        {' · '}
        <Who name={lane.liveRequester} />
        {lane.servedBundleDigest !== '' && lane.servedBundleDigest !== lane.liveBundleDigest && (
          <> · still answers with {shortId(lane.servedBundleDigest)}</>
        )}
      </div>
    </div>
  );
}

function OnItsWay({ open, lane }: { readonly open: OpenPromotion; readonly lane: LaneStatus }) {
  const place = lane.queuedPromotionIds.indexOf(open.promotionId);
  return (
    <Link to="/promotions/$promotion" params={{ promotion: open.promotionId }} className={css['way']}>
      <span className={css['line']}>
        <PhaseMark phase={open.state} />
        <code>{shortId(open.bundleDigest)}</code>
        {lane.holderPromotionId === open.promotionId && <span className={css['small']}>holds the lane</span>}
        {place >= 0 && <span className={css['small']}>number {place + 1} in line</span>}
      </span>
      {open.reason !== '' && <span className={css['reason']}>{open.reason}</span>}
    </Link>
  );
}
