import type { Command } from 'commander';
import {
  type CalendarFeed,
  CalendarFeedSchema,
  CreateCalendarFeedResponseSchema,
} from '#gen/governance/v1/calendar_feed_service_pb.js';
import { Lane } from '#gen/governance/v1/lane_pb.js';
import { feedLimits } from '../../../core/identity/feed-token.js';
import { usageError } from '../errors/report-error.js';
import { toPlain } from '../output/plain.js';
import { relativeTime } from '../output/relative-time.js';
import { renderTable } from '../output/table.js';
import { instantOf, laneName, laneOf } from '../output/words.js';
import type { MakeAction } from '../program/command-module.js';
import type { Context } from '../program/context.js';

interface SubscribeOptions {
  readonly product?: string;
  readonly lane?: string;
  readonly days: string;
  readonly label: string;
}

/** `lane calendar subscribe | feeds | unsubscribe` */
export function defineFeeds(command: Command, makeAction: MakeAction): void {
  command
    .command('subscribe')
    .description('Print, once, an address at which a calendar program reads this; whoever has it can read')
    .option('--product <product>', 'Only what may concern this product')
    .option('--lane <lane>', 'Only what may concern this lane: bronze, silver or gold')
    .option('--days <days>', `For how many days, at most ${String(feedLimits.days)}`, '90')
    .option('--label <text>', 'What it is for', '')
    .action(
      makeAction(async (context, _args: [], options: SubscribeOptions) =>
        // Commander gives an option that both commands have to the first of them.
        subscribe(context, { ...command.opts<Pick<SubscribeOptions, 'product' | 'lane'>>(), ...options }),
      ),
    );
  command
    .command('feeds')
    .description('List the calendars that are subscribed to: as an operator all, otherwise yours')
    .action(makeAction(async (context) => list(context)));
  command
    .command('unsubscribe')
    .description('End one now, so that its address shows nothing; an operator may end every one, everybody their own')
    .argument('<feed>', 'Its id, as lane calendar feeds shows it')
    .action(
      makeAction(async (context, [id]: [string]) => {
        const { feed } = await (await context.api()).feeds.revokeCalendarFeed({ id });
        context.terminal.note(`calendar ${feed?.id ?? id} has ended: its address shows nothing any more`);
        return undefined;
      }),
    );
}

async function subscribe(context: Context, { product = '', lane, days, label }: SubscribeOptions): Promise<undefined> {
  const count = /^\d{1,3}$/.test(days) ? Number(days) : 0;
  if (count < 1 || count > feedLimits.days)
    throw usageError(`--days ${days} is no number from 1 to ${String(feedLimits.days)}`, 'use for example 90');
  const made = await (
    await context.api()
  ).feeds.createCalendarFeed({
    ...{ product, lane: lane === undefined ? Lane.UNSPECIFIED : laneOf(lane).lane, days: count, label },
  });
  const url = `${made.origin || new URL(context.stack().apiUrl).origin}${made.path}`;
  const { feed } = made;
  if (feed !== undefined)
    context.terminal.note(
      `calendar ${feed.id} of ${scopeOf(feed)}, ends ${relativeTime(instantOf(feed.expiresAt), context.now())}; whoever has this address can read it, and it is not shown again: lane calendar unsubscribe ${feed.id}`,
    );
  // On its own, so that a script can read it.
  await context.show.object('CalendarFeed', { ...toPlain(CreateCalendarFeedResponseSchema, made), url }, () => url);
  return undefined;
}

async function list(context: Context): Promise<undefined> {
  const { feeds } = await (await context.api()).feeds.listCalendarFeeds({});
  await context.show.list(
    'CalendarFeed',
    feeds.map((feed) => toPlain(CalendarFeedSchema, feed)),
    () =>
      feeds.length === 0
        ? 'no calendar is subscribed to'
        : renderTable(
            ['FEED', 'PRINCIPAL', 'OF', 'FOR', 'CREATED', 'LAST USED', 'ENDS'],
            feeds.map((feed) => [
              ...[feed.id, feed.principal, scopeOf(feed), feed.label],
              relativeTime(instantOf(feed.createdAt), context.now()),
              feed.usedAt === undefined ? 'never' : relativeTime(instantOf(feed.usedAt), context.now()),
              relativeTime(instantOf(feed.expiresAt), context.now()),
            ]),
          ),
  );
  return undefined;
}

function scopeOf({ product, lane }: CalendarFeed): string {
  const whose = product === '' ? 'every product' : product;
  return lane === Lane.UNSPECIFIED ? whose : `${laneName(lane)} of ${whose}`;
}
