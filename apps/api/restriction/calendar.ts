import { create } from '@bufbuild/protobuf';
import { type Timestamp, timestampDate } from '@bufbuild/protobuf/wkt';
import { type CalendarEntry, CalendarEntryKind, CalendarEntrySchema } from '#gen/governance/v1/calendar_pb.js';
import { WindowAction } from '#gen/governance/v1/restriction_pb.js';
import { dayMs } from '../../../core/calendar/wall-clock.js';
import { LanekeeperError } from '../../../core/errors.js';
import { instantInWords } from '../../../core/instant-in-words.js';
import type { Lane } from '../../../core/lanes.js';
import { type Calendar, calendarOf, type CalendarSources } from '../../../core/restriction/calendar.js';
import type { CalendarEntry as Entry } from '../../../core/restriction/calendar-entry.js';
import { scopeOf } from '../../../core/restriction/model.js';
import type { Transaction } from '../../../store/database.js';
import { requireProduct } from '../../../store/product/read.js';
import { waitingPromotions } from '../../../store/promotion/waiting.js';
import { restrictionsInForce } from '../../../store/restriction/read.js';
import { listTransformations } from '../../../store/transformation/list.js';
import { instant, toLane } from '../convert.js';

/** As much as may be asked for, and as many entries and transformations as are looked at. */
const most = { days: 400, entries: 1_000, transformations: 200 } as const;

/** What is asked about. */
interface AskedCalendar {
  /** All if empty. */
  readonly product: string;
  readonly lane: Lane | undefined;
  readonly from: Date;
  readonly to: Date;
}

/** The two instants of a calendar. @throws INVALID_INPUT */
export function requireRange(
  from: Timestamp | undefined,
  to: Timestamp | undefined,
): Pick<AskedCalendar, 'from' | 'to'> {
  const [first, last] = [from, to].map((one) => (one === undefined ? undefined : timestampDate(one)));
  if (first !== undefined && last !== undefined && first < last && daysBetween(first, last) <= most.days)
    return { from: first, to: last };
  const isBackwards = first !== undefined && last !== undefined && first >= last;
  throw new LanekeeperError('INVALID_INPUT', {
    message: 'a calendar is from one instant to a later one',
    why: isBackwards
      ? `it would end at ${instantInWords(last)} and begin at ${instantInWords(first)}`
      : `at most ${String(most.days)} days can be asked for at a time`,
    next: isBackwards ? 'name a begin that is before the end' : 'ask for less at a time',
  });
}

function daysBetween(from: Date, to: Date): number {
  return (to.getTime() - from.getTime()) / dayMs;
}

/** What there is between two instants. @throws UNKNOWN_PRODUCT */
export async function readCalendar(tx: Transaction, { from, to, ...about }: AskedCalendar): Promise<Calendar> {
  return calendarOf(await readSources(tx, about), from, to, most.entries);
}

/** What a calendar of a product or lane is made of. @throws UNKNOWN_PRODUCT */
export async function readSources(
  tx: Transaction,
  { product, lane }: Pick<AskedCalendar, 'product' | 'lane'>,
): Promise<CalendarSources> {
  if (product !== '') await requireProduct(tx, product);
  const restrictions = (await restrictionsInForce(tx, product)).filter(({ restriction }) => {
    const { lanes } = scopeOf(restriction);
    return lane === undefined || lanes === undefined || lanes.includes(lane);
  });
  const transformations = await listTransformations(tx, {
    ...{ product: product === '' ? undefined : product, limit: most.transformations },
  });
  const waiting = await waitingPromotions(tx, { product, lane, limit: most.entries });
  return { restrictions, transformations, waiting };
}

/** An entry for the wire. */
export function toCalendarEntry(entry: Entry): CalendarEntry {
  const { kind, name, key = '', title, owner, from, to, isAllDay, products, lanes, actions } = entry;
  const { readiness = '', gate = '', invokers = [] } = entry;
  return create(CalendarEntrySchema, {
    ...{ kind: CalendarEntryKind[kind], name, key, title, owner, allDay: isAllDay, readiness, gate },
    ...instant('from', from),
    ...instant('to', to),
    ...{ products: [...(products ?? [])], lanes: (lanes ?? []).map(toLane) },
    ...{ actions: actions.map((action) => WindowAction[action]), invokers: [...invokers] },
  });
}
