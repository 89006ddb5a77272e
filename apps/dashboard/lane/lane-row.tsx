import { useQuery } from '@connectrpc/connect-query';
import { Link } from '@tanstack/react-router';
import { lazy, Suspense, useState } from 'react';
import { DecisionService, type LaneAction } from '#gen/governance/v1/decision_service_pb.js';
import type { LaneStatus, OpenPromotion } from '#gen/release/v1/lane_status_pb.js';
import { shortId } from '../../../core/ids.js';
import { Button } from '../parts/button.js';
import { Ago } from '../parts/instant.js';
import { LaneName } from '../parts/lane-name.js';
import { Glyph } from '../parts/mark.js';
import { sentence } from '../parts/notes.js';
import { laneWord, PhaseMark, ServingMark, StandingMark } from '../parts/states.js';
import { Who } from '../parts/who.js';
import { StopButton } from '../restriction/stop-button.js';
import { ClosedMark } from '../restriction/closed-mark.js';
import css from './lanes.module.css';
import type { ProductRow } from './rows.js';

/** Fetched when somebody asks: the board itself signs nothing. */
const RequestDialog = lazy(() =>
  import('../decision/request-dialog.js').then((module) => ({ default: module.RequestDialog })),
);

/** A product: what is live in each lane, and what is on its way there. */
export function LaneRow({
  row: { product, lanes },
  chosen,
  onChoose,
}: {
  readonly row: ProductRow;
  /** The bundle of this product whose ways are shown; empty for none. */
  readonly chosen: string;
  readonly onChoose: (bundle: string) => void;
}) {
  const { data } = useQuery(
    DecisionService.method.listLaneActions,
    { of: { case: 'bundle', value: chosen } },
    { enabled: chosen !== '' },
  );
  const wayTo = (lane: LaneStatus) =>
    chosen === '' ? undefined : data?.actions.find((action) => action.lane === lane.lane);
  return (
    <>
      <div role="rowheader" className={css['product']}>
        <Link to="/products/$product" params={{ product }}>
          {product}
        </Link>
        <StopButton product={product} isSmall />
      </div>
      {lanes.map((lane) => (
        <div
          key={lane.lane}
          role="cell"
          className={`${css['cell'] ?? ''} ${wayTo(lane)?.possible === true ? (css['lit'] ?? '') : ''}`}
        >
          <span className={css['cellLane']}>
            <LaneName lane={lane.lane} />
          </span>
          <ClosedMark opening={lane.opening} />
          <LiveBundle lane={lane} chosen={chosen} onChoose={onChoose} />
          {lane.open.map((open) => (
            <OnItsWay key={open.promotionId} open={open} lane={lane} />
          ))}
          <Way action={wayTo(lane)} />
        </div>
      ))}
    </>
  );
}

/** Whether the chosen bundle may enter a lane, or why not. */
function Way({ action }: { readonly action: LaneAction | undefined }) {
  const [isAsked, setAsked] = useState(false);
  if (action === undefined) return null;
  return (
    <div className={css['wayIn']}>
      <Button kind="main" whyNot={action.whyNot} onClick={() => setAsked(true)}>
        Promote {shortId(action.bundleDigest)} here
      </Button>
      <Link
        to="/bundles/$bundle/plan/$lane"
        params={{ bundle: action.bundleDigest, lane: laneWord(action.lane) }}
        search={{}}
      >
        plan<span className="visually-hidden"> of {laneWord(action.lane)}</span>
      </Link>
      {isAsked && (
        <Suspense>
          <RequestDialog action={action} onClose={() => setAsked(false)} />
        </Suspense>
      )}
    </div>
  );
}

function LiveBundle({
  lane,
  chosen,
  onChoose,
}: {
  readonly lane: LaneStatus;
  readonly chosen: string;
  readonly onChoose: (bundle: string) => void;
}) {
  const isChosen = chosen === lane.liveBundleDigest;
  if (lane.liveBundleDigest === '')
    return lane.open.length > 0 ? null : <span className={css['nothing']}>nothing</span>;
  return (
    <div className={css['live']}>
      <div className={css['line']}>
        <Link to="/bundles/$bundle" params={{ bundle: lane.liveBundleDigest }} className={css['id']}>
          {shortId(lane.liveBundleDigest)}
        </Link>
        <ServingMark serving={lane.serving} />
        <StandingMark standing={lane.liveStanding} />
        <button
          type="button"
          className={css['choose']}
          aria-pressed={isChosen}
          onClick={() => onChoose(isChosen ? '' : lane.liveBundleDigest)}
        >
          promote …<span className="visually-hidden"> Bundle {shortId(lane.liveBundleDigest)}</span>
        </button>
        {lane.url !== '' && (
          <a href={lane.url} target="_blank" rel="noreferrer" className={css['open']} aria-label={`Open ${lane.url}`}>
            open <Glyph shape="out" />
          </a>
        )}
      </div>
      {lane.liveReason !== '' && <p className={css['reason']}>{sentence(lane.liveReason)}</p>}
      <div className={css['small']}>
        <Link to="/promotions/$promotion" params={{ promotion: lane.livePromotionId }}>
          live for <Ago at={lane.liveAt} suffix="" />
        </Link>
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
