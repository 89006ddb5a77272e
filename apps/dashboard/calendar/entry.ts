import { timestampDate } from '@bufbuild/protobuf/wkt';
import { type CalendarEntry, CalendarEntryKind } from '#gen/governance/v1/calendar_pb.js';
import { Lane } from '#gen/governance/v1/lane_pb.js';
import { WindowAction } from '#gen/governance/v1/restriction_pb.js';
import type { Shape, Tone } from '../parts/mark.js';
import type { Spanning } from './days.js';

/** An entry of the calendar, as the page shows it. */
export interface Entry extends Spanning {
  readonly id: string;
  readonly message: CalendarEntry;
  /** Whether promotions wait while it is there. */
  readonly closes: boolean;
  /** Whether they may go on while it is there, and not otherwise. */
  readonly opens: boolean;
  /** Whether it holds for some only: whether a lane is closed depends on who promotes. */
  readonly isForSome: boolean;
}

const looks: Readonly<Record<CalendarEntryKind, readonly [Tone, Shape, string]>> = {
  [CalendarEntryKind.UNSPECIFIED]: ['plain', 'dash', 'entry'],
  [CalendarEntryKind.FREEZE]: ['move', 'frost', 'freeze'],
  [CalendarEntryKind.CHANGE]: ['good', 'check', 'change window'],
  [CalendarEntryKind.HOLD]: ['bad', 'pause', 'hold'],
  [CalendarEntryKind.MILESTONE]: ['wait', 'flag', 'milestone'],
  [CalendarEntryKind.TIMEBOX]: ['plain', 'span', 'timebox'],
  [CalendarEntryKind.SCHEDULED]: ['move', 'to', 'scheduled'],
  [CalendarEntryKind.SOAK]: ['wait', 'clock', 'soak'],
};

/** How an entry looks, and what it is in a word. */
export function lookOf({ message }: Entry): readonly [Tone, Shape, string] {
  return looks[message.kind];
}

/** The entries of an answer. */
export function entriesOf(messages: readonly CalendarEntry[]): readonly Entry[] {
  return messages.flatMap((message, index) => {
    const { from, to, allDay, kind, actions, invokers } = message;
    if (from === undefined) return [];
    const isForSome = invokers.length > 0;
    const isForDeploying = !isForSome && actions.includes(WindowAction.DEPLOY);
    return [
      {
        ...{ id: String(index), message, isAllDay: allDay, from: timestampDate(from) },
        ...(to !== undefined && { to: timestampDate(to) }),
        isForSome,
        closes: isForDeploying && (kind === CalendarEntryKind.FREEZE || kind === CalendarEntryKind.HOLD),
        opens: isForDeploying && kind === CalendarEntryKind.CHANGE,
      },
    ];
  });
}

/** What an entry is of: `gold of shop`. */
export function scopeOf({ products, lanes }: Pick<CalendarEntry, 'products' | 'lanes'>): string {
  const whose = products.length === 0 ? 'every product' : products.join(', ');
  return `${lanes.length === 0 ? 'every lane' : lanes.map((lane) => Lane[lane].toLowerCase()).join(', ')} of ${whose}`;
}

/** `, for role:developer alone`, of what does not hold for everybody. */
export function forWhom({ invokers }: Pick<CalendarEntry, 'invokers'>): string {
  return invokers.length === 0 ? '' : `, for ${invokers.join(', ')} alone`;
}

/** What an entry is called in little space. */
export function titleOf({ message: { kind, name, title, invokers } }: Entry): string {
  switch (kind) {
    case CalendarEntryKind.FREEZE:
    case CalendarEntryKind.CHANGE:
      return invokers.length === 0 ? name : `${name} (some)`;
    case CalendarEntryKind.HOLD:
      return `until lifted: ${title}`;
    default:
      return title;
  }
}
