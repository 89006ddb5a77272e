import { type LaneStatus, ServingState } from '#gen/release/v1/lane_status_pb.js';
import type { Context } from '../program/context.js';
import { harmless } from '../output/harmless.js';
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
  const table = renderTable(
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
  const closed = closedLanes(lanes);
  return closed.length === 0 ? table : `${table}\n\n${closed.map((line) => colours.yellow(line)).join('\n')}`;
}

/** How many lanes are named that are closed for the same reason. */
const mostNamed = 3;

/** Which lanes are closed, why and until when: one line for each reason, however many lanes it closes. */
function closedLanes(lanes: readonly LaneStatus[]): readonly string[] {
  const byReason = new Map<string, string[]>();
  for (const { product, lane, opening } of lanes) {
    if (opening?.closed !== true) continue;
    const names = byReason.get(opening.reason) ?? [];
    byReason.set(opening.reason, [...names, `${laneName(lane)} of ${product}`]);
  }
  return [...byReason].map(([reason, names]) => {
    const more = names.length > mostNamed ? ` and ${String(names.length - mostNamed)} more` : '';
    return harmless(`closed: ${names.slice(0, mostNamed).join(', ')}${more}: ${reason}`);
  });
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
