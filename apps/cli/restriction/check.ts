import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import { WindowAction } from '#gen/governance/v1/restriction_pb.js';
import { CheckLanesResponseSchema } from '#gen/governance/v1/restriction_service_pb.js';
import { Lane } from '#gen/governance/v1/lane_pb.js';
import { windowActions } from '../../../core/calendar/window.js';
import { type ExitCode, exitCodes } from '../errors/exit-codes.js';
import { toPlain } from '../output/plain.js';
import { relativeTime } from '../output/relative-time.js';
import { renderTable } from '../output/table.js';
import { instantOf, laneName, laneOf, momentOf } from '../output/words.js';
import type { Context } from '../program/context.js';
import { instantFrom } from '../program/instant.js';
import { oneOf } from './window-options.js';

/** What is asked about lanes. */
export interface CheckOptions {
  readonly lane?: string;
  readonly at?: string;
  readonly action: string;
  readonly for?: string;
  readonly exitCode?: true;
}

/** Says whether something may be done with lanes of a product, why not, and when it may. */
export async function checkLanes(
  context: Context,
  product: string,
  options: CheckOptions,
): Promise<ExitCode | undefined> {
  const { restrictions } = await context.api();
  const response = await restrictions.checkLanes({
    ...{ product, lane: options.lane === undefined ? Lane.UNSPECIFIED : laneOf(options.lane).lane },
    ...{ action: WindowAction[oneOf(options.action, windowActions, '--action')], invoker: options.for ?? '' },
    ...(options.at !== undefined && { at: timestampFromDate(instantFrom(options.at, '--at')) }),
  });
  await context.show.object('LaneCheck', toPlain(CheckLanesResponseSchema, response), () =>
    renderTable(
      ['LANE', 'STATE', 'UNTIL', 'WHY'].map((title) => context.terminal.colours.dim(title)),
      response.lanes.map(({ lane, opening }) => {
        const closed = opening?.closed === true;
        const until = closed ? opening.nextOpen : opening?.nextClose;
        const { green, red } = context.terminal.colours;
        return [
          ...[laneName(lane), closed ? red('closed') : green('open')],
          until === undefined ? '-' : `${momentOf(until)} (${relativeTime(instantOf(until), context.now())})`,
          opening?.why ?? '',
        ];
      }),
    ),
  );
  const isClosed = response.lanes.some(({ opening }) => opening?.closed === true);
  return options.exitCode === true && isClosed ? exitCodes.conflict : undefined;
}
