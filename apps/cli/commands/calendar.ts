import { timestampDate, timestampFromDate } from '@bufbuild/protobuf/wkt';
import type { Command } from 'commander';
import { type CalendarEntry, CalendarEntryKind, CalendarEntrySchema } from '#gen/governance/v1/calendar_pb.js';
import { Lane } from '#gen/governance/v1/lane_pb.js';
import { shortId } from '../../../core/ids.js';
import { usageError } from '../errors/report-error.js';
import { toPlain } from '../output/plain.js';
import { renderTable } from '../output/table.js';
import { laneName, laneOf } from '../output/words.js';
import type { MakeAction } from '../program/command-module.js';
import type { Context } from '../program/context.js';
import { defineFeeds } from '../restriction/calendar-feeds.js';

interface Options {
  readonly product?: string;
  readonly lane?: string;
  readonly from?: string;
  readonly to?: string;
}

/** How many days are shown where no end is named. */
const usualDays = 30;

const dayMs = 86_400_000;

/** `lane calendar`, and `lane calendar subscribe | feeds | unsubscribe` */
export function define(command: Command, makeAction: MakeAction): void {
  defineFeeds(command, makeAction);
  command
    .option('--product <product>', 'Only what may concern this product')
    .option('--lane <lane>', 'Only what may concern this lane: bronze, silver or gold')
    .option('--from <date>', 'From this day on, such as 2026-12-01; from today on if absent')
    .option('--to <date>', `Up to and with this day, ${String(usualDays)} days later if absent; at most 400 days later`)
    .action(makeAction(async (context, _args: [], options: Options) => show(context, options)));
}

async function show(context: Context, { product = '', lane, from, to }: Options): Promise<undefined> {
  const first = from === undefined ? startOfDay(context.now()) : dayOf('--from', from);
  const last = to === undefined ? new Date(first.getTime() + usualDays * dayMs) : dayOf('--to', to);
  if (last < first)
    throw usageError(
      `--from ${isoDay(first)} is later than --to ${isoDay(last)}`,
      'name the earlier day first, or leave out --to',
    );
  const { restrictions } = await context.api();
  const { entries, more } = await restrictions.listCalendar({
    ...{ product, lane: lane === undefined ? Lane.UNSPECIFIED : laneOf(lane).lane },
    ...{ from: timestampFromDate(first), to: timestampFromDate(new Date(last.getTime() + dayMs)) },
  });
  const plain = entries.map((entry) => toPlain(CalendarEntrySchema, entry));
  await context.show.list('CalendarEntry', plain, () =>
    entries.length === 0
      ? `nothing is there from ${isoDay(first)} to ${isoDay(last)}`
      : renderTable(
          ['FROM', 'TO', 'WHAT', 'NAME', 'OF', 'BY', 'WHY'].map((title) => context.terminal.colours.dim(title)),
          entries.map((entry) => [
            ...[beginOf(entry), endOf(entry), CalendarEntryKind[entry.kind].toLowerCase(), nameOf(entry)],
            ...[scopeOf(entry), entry.owner, titleOf(entry)],
          ]),
        ),
  );
  if (more) context.terminal.note('there is more: name a product or a lane, or fewer days');
  return undefined;
}

/** An instant to the minute, in UTC: what is written in other zones stands there beside each other. */
function minuteOf(at: Date): string {
  return `${at.toISOString().slice(0, 16).replace('T', ' ')}Z`;
}

function beginOf({ from, allDay }: CalendarEntry): string {
  if (from === undefined) return '';
  return allDay ? isoDay(timestampDate(from)) : minuteOf(timestampDate(from));
}

function endOf({ from, to, allDay }: CalendarEntry): string {
  if (to === undefined) return 'until it is lifted';
  const end = timestampDate(to);
  // An instant: it is not there for a time.
  if (from !== undefined && timestampDate(from).getTime() === end.getTime()) return '';
  return allDay ? isoDay(new Date(end.getTime() - 1)) : minuteOf(end);
}

function nameOf({ name, key, kind }: CalendarEntry): string {
  switch (kind) {
    case CalendarEntryKind.FREEZE:
    case CalendarEntryKind.CHANGE:
      return name;
    // What holds has no name of its own: lane resume --hold takes its id.
    case CalendarEntryKind.HOLD:
      return key;
    case CalendarEntryKind.SCHEDULED:
    case CalendarEntryKind.SOAK:
      return shortId(key);
    default:
      return `${name}/${key}`;
  }
}

function titleOf({ title, invokers }: CalendarEntry): string {
  return invokers.length === 0 ? title : `${title} (for ${invokers.join(', ')} alone)`;
}

function scopeOf({ products, lanes }: CalendarEntry): string {
  const whose = products.length === 0 ? 'every product' : products.join(', ');
  return lanes.length === 0 ? whose : `${lanes.map(laneName).join(', ')} of ${whose}`;
}

function isoDay(at: Date): string {
  return at.toISOString().slice(0, 10);
}

function startOfDay(now: Date): Date {
  return new Date(`${isoDay(now)}T00:00:00Z`);
}

function dayOf(option: string, text: string): Date {
  const day = /^\d{4}-\d{2}-\d{2}$/.test(text) ? new Date(`${text}T00:00:00Z`) : new Date(NaN);
  if (!Number.isNaN(day.getTime()) && isoDay(day) === text) return day;
  throw usageError(`${option} ${text} is no day`, 'write it as 2026-12-24');
}
