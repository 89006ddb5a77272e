import {
  HistoryState,
  type ListRunHistoriesRequest,
  type RunHistory,
  RunHistorySchema,
  RunStatus,
} from '#gen/workflows_runtime/v1/run_service_pb.js';
import { shortId } from '../../../core/ids.js';
import { usageError } from '../errors/report-error.js';
import { toPlain } from '../output/plain.js';
import { relativeTime } from '../output/relative-time.js';
import { shortenIds } from '../output/short-ids.js';
import { renderTable } from '../output/table.js';
import { instantOf, laneOf } from '../output/words.js';
import type { Context } from '../program/context.js';
import { pageSizeOf } from '../program/page-size.js';

interface Options {
  readonly promotion?: string;
  readonly release?: string;
  readonly product?: string;
  readonly lane?: string;
  readonly limit: string;
}

/** Lists the histories of the runs that have worked for a promotion, a release or a lane, newest first. */
export async function listHistories(context: Context, options: Options): Promise<undefined> {
  const of = workedForOf(options);
  const { histories } = await (await context.api()).runs.listRunHistories({ of, pageSize: pageSizeOf(options.limit) });
  await context.show.list(
    'RunHistory',
    histories.map((history) => toPlain(RunHistorySchema, history)),
    () => (histories.length === 0 ? 'no runs' : historyTable(histories, context)),
  );
  return undefined;
}

function workedForOf({ promotion, release, product, lane }: Options): ListRunHistoriesRequest['of'] {
  if (promotion !== undefined) return { case: 'promotionId', value: promotion };
  if (release !== undefined) return { case: 'releaseId', value: release };
  if (product !== undefined && lane !== undefined)
    return {
      case: 'lane',
      value: { $typeName: 'workflows_runtime.v1.LaneOfProduct', product, lane: laneOf(lane).lane },
    };
  throw usageError(
    'lane get histories needs to know whose',
    'lane get histories --promotion PROMOTION, --release RELEASE, or --product PRODUCT --lane LANE',
  );
}

function historyTable(histories: readonly RunHistory[], context: Context): string {
  const { colours } = context.terminal;
  const runId = shortenIds(histories.map((history) => history.runId));
  return renderTable(
    ['RUN', 'HISTORY', 'ENDED AS', 'CLOSED', 'EVENTS', 'SIZE', 'DIGEST', 'GOES ON AS'].map((title) =>
      colours.dim(title),
    ),
    histories.map((history) => [
      colours.bold(runId(history.runId)),
      historyMark(history.state, context),
      history.status === RunStatus.UNSPECIFIED ? '-' : RunStatus[history.status],
      history.closedAt === undefined ? '-' : relativeTime(instantOf(history.closedAt), context.now()),
      history.events === 0 ? '-' : String(history.events),
      history.size === 0n ? '-' : `${(Number(history.size) / 1e3).toFixed(1)} kB`,
      history.digest === '' ? '-' : shortId(history.digest),
      history.continuedAs === '' ? '' : shortId(history.continuedAs),
    ]),
  );
}

function historyMark(state: HistoryState, { terminal: { colours } }: Context): string {
  const word = HistoryState[state];
  switch (state) {
    case HistoryState.KEPT:
      return colours.green(word);
    case HistoryState.AWAITED:
      return colours.yellow(word);
    default:
      return colours.red(word);
  }
}
