import { MethodEventSchema } from '#gen/audit/v1/event_service_pb.js';
import { Lane } from '#gen/governance/v1/lane_pb.js';
import { readStream } from '../connection/reconnect.js';
import { type ExitCode, exitCodes } from '../errors/exit-codes.js';
import { toPlain } from '../output/plain.js';
import { laneName } from '../output/words.js';
import type { Context } from '../program/context.js';
import { timelineLine } from '../promotion/follow.js';

/** Prints everything that happens, one line each, until Ctrl-C or the timeout; across interruptions of the stack. */
export async function followEvents(context: Context, timeoutMs: number | undefined): Promise<ExitCode> {
  const timeout = timeoutMs === undefined ? [] : [AbortSignal.timeout(timeoutMs)];
  const signal = AbortSignal.any([context.signal, ...timeout]);
  const { events } = await context.api();
  let after = '';
  await readStream(
    context,
    signal,
    () => events.watchEvents({ after }, { signal }),
    (message) => {
      after = message.cursor;
      for (const event of message.events) {
        const place = [event.product, event.lane === Lane.UNSPECIFIED ? '' : laneName(event.lane)];
        const where = place.filter((word) => word !== '').join(' ');
        context.show.line('MethodEvent', toPlain(MethodEventSchema, event), () =>
          timelineLine({ ...event, text: where === '' ? event.text : `${where}: ${event.text}` }, context),
        );
      }
      return undefined;
    },
  );
  return context.signal.aborted ? exitCodes.interrupted : exitCodes.timedOut;
}
