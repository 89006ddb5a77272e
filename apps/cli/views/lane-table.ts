import { type LaneStatus, ServingState } from '#gen/release/v1/lane_status_pb.js';
import type { Context } from '../program/context.js';
import { relativeTime } from '../output/relative-time.js';
import { shortenIds } from '../output/short-ids.js';
import { renderTable } from '../output/table.js';
import { instantOf, laneName, standingMark } from '../output/words.js';

/** Lanes as a table. */
export function laneTable(lanes: readonly LaneStatus[], context: Context): string {
  const { colours } = context.terminal;
  const short = shortenIds(
    lanes.flatMap((lane) => [lane.liveBundleDigest, lane.previousBundleDigest].filter((digest) => digest !== '')),
  );
  return renderTable(
    ['PRODUCT', 'LANE', 'LIVE', 'REVISION', 'SINCE', 'STANDING', 'SERVING', 'URL'].map((title) => colours.dim(title)),
    lanes.map((lane) => [
      lane.product,
      laneName(lane.lane),
      lane.liveBundleDigest === '' ? '-' : colours.bold(short(lane.liveBundleDigest)),
      lane.liveRevision.slice(0, 10) || '-',
      relativeTime(instantOf(lane.liveAt), context.now()) || '-',
      standingMark(lane.liveStanding, colours) || '-',
      servingMark(lane, colours),
      lane.url || '-',
    ]),
  );
}

function servingMark(lane: LaneStatus, colours: Context['terminal']['colours']): string {
  switch (lane.serving) {
    case ServingState.SERVING:
      return colours.green('SERVING');
    case ServingState.STARTING:
      return colours.yellow('STARTING');
    case ServingState.FAILED:
      return colours.red('FAILED');
    default:
      return '-';
  }
}
