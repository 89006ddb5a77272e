import type { Command } from 'commander';
import { shortId } from '../../../core/ids.js';
import { domainErrorOf } from '../errors/domain-error.js';
import { LaneOpeningSchema } from '#gen/governance/v1/restriction_pb.js';
import { PromotionSchema } from '#gen/release/v1/promotion_pb.js';
import { ReleaseSchema } from '#gen/release/v1/release_pb.js';
import { TimelineEntrySchema } from '#gen/release/v1/timeline_pb.js';
import type { MakeAction } from '../program/command-module.js';
import type { Context } from '../program/context.js';
import type { ExitCode } from '../errors/exit-codes.js';
import { followEvents } from '../event/follow.js';
import { exitCodeOfState, followPromotion, timelineLine, turnLine } from '../promotion/follow.js';
import { followRelease } from '../release/follow.js';
import { toPlain } from '../output/plain.js';
import { wordsFor } from '../output/profile-words.js';
import { laneName, stateMark } from '../output/words.js';
import { parseTimeout, type WaitOptions } from '../promotion/wait.js';
import { descriptions } from '../program/descriptions.js';

/** `lane watch [ID]` */
export function define(command: Command, makeAction: MakeAction): void {
  command
    .argument('[id]', 'Promotion or release id, or a unique prefix or suffix of it (default: everything that happens)')
    .option('--timeout <duration>', descriptions.timeout, parseTimeout)
    .action(
      makeAction(async (context, [id]: [string | undefined], options: WaitOptions) =>
        id === undefined ? followEvents(context, options.timeout) : watchEither(context, id, options),
      ),
    );
}

async function watchEither(context: Context, id: string, options: WaitOptions): Promise<ExitCode> {
  const api = await context.api();
  const found = await api.promotions.getPromotion({ promotionId: id }).catch((error: unknown) => {
    if (domainErrorOf(error)?.code === 'UNKNOWN_PROMOTION') return undefined;
    throw error;
  });
  if (found?.promotion === undefined) {
    const { release, exitCode } = await followRelease(context, id);
    context.show.line('Release', toPlain(ReleaseSchema, release));
    return exitCode;
  }
  const { product, bundleDigest, lane } = found.promotion;
  const words = await wordsFor(context, product);
  if (context.format === 'table')
    context.terminal.note(`${words.one('promotion')} of ${shortId(bundleDigest)} into ${laneName(lane)} of ${product}`);
  const promotion = await followPromotion(context, found.promotion.id, {
    timeoutMs: options.timeout,
    words,
    onChange({ newEntries, turned }) {
      // A stream: one entry per line, in every format.
      for (const entry of newEntries)
        context.show.line('TimelineEntry', toPlain(TimelineEntrySchema, entry), () => timelineLine(entry, context));
      if (turned !== undefined)
        context.show.line('LaneOpening', toPlain(LaneOpeningSchema, turned), () => turnLine(turned, context));
    },
  });
  if (context.format === 'table') context.terminal.note(stateMark(promotion.state, context.terminal.colours));
  context.show.line('Promotion', toPlain(PromotionSchema, promotion));
  return exitCodeOfState(promotion.state);
}
