import { type LaneStatus, ServingState } from '#gen/release/v1/lane_status_pb.js';
import { Standing } from '#gen/release/v1/promotion_pb.js';
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
  const notes = [
    ...atRisk(lanes).map((line) => colours.red(line)),
    ...closedLanes(lanes).map((line) => colours.yellow(line)),
  ];
  return notes.length === 0 ? table : `${table}\n\n${notes.join('\n')}`;
}

/** Why what is live is at risk: one line for each reason, as a bundle may be recalled that is live in many lanes. */
function atRisk(lanes: readonly LaneStatus[]): readonly string[] {
  return byReason(
    'at risk',
    lanes.filter(({ liveStanding }) => liveStanding === Standing.AT_RISK),
    ({ liveReason }) => liveReason,
  );
}

/** How many lanes are named that are closed for the same reason. */
const mostNamed = 3;

/** Which lanes are closed, why and until when: one line for each reason, however many lanes it closes. */
function closedLanes(lanes: readonly LaneStatus[]): readonly string[] {
  return byReason(
    'closed',
    lanes.filter(({ opening }) => opening?.closed === true),
    ({ opening }) => opening?.reason ?? '',
  );
}

function byReason(
  what: string,
  lanes: readonly LaneStatus[],
  reasonOf: (lane: LaneStatus) => string,
): readonly string[] {
  const found = new Map<string, string[]>();
  for (const one of lanes) {
    const reason = reasonOf(one);
    found.set(reason, [...(found.get(reason) ?? []), `${laneName(one.lane)} of ${one.product}`]);
  }
  return [...found].map(([reason, names]) => {
    const more = names.length > mostNamed ? ` and ${String(names.length - mostNamed)} more` : '';
    return harmless(`${what}: ${names.slice(0, mostNamed).join(', ')}${more}: ${reason}`);
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
