import { Link } from '@tanstack/react-router';
import { CalendarEntryKind } from '#gen/governance/v1/calendar_pb.js';
import { dayAndTime, dayInWords } from '../connection/clock.js';
import { type PageSettings, useSettings } from '../connection/settings.js';
import { Mark } from '../parts/mark.js';
import { Empty } from '../parts/notes.js';
import { Who } from '../parts/who.js';
import css from './agenda.module.css';
import { dateOf } from './days.js';
import { type Entry, forWhom, lookOf, scopeOf } from './entry.js';

/** What there is, day by day, in the order in which it begins. */
export function Agenda({
  entries,
  from,
  to,
  month,
  today,
}: {
  readonly entries: readonly Entry[];
  /** What was asked about. */
  readonly from: Date;
  readonly to: Date;
  readonly month: string;
  readonly today: string;
}) {
  const { zone } = useSettings();
  const days = [...byDay(entries, month, zone)];
  if (days.length === 0)
    return (
      <Empty title="Nothing is there in this month">
        <p>No window, no hold, no promotion that waits for time, no milestone and no timebox.</p>
      </Empty>
    );
  return (
    <ol className={css['agenda']}>
      {days.map(([date, own]) => (
        <li key={date} id={`day-${date}`} className={date === today ? css['today'] : undefined}>
          <h3>
            {dayInWords(new Date(`${date}T00:00:00Z`))}
            {date === today && <span className={css['small']}> today</span>}
          </h3>
          <ul className={css['list']}>
            {own.map((entry) => (
              <Item key={entry.id} entry={entry} from={from} to={to} date={date} />
            ))}
          </ul>
        </li>
      ))}
    </ol>
  );
}

/** The entries of each day of a month. What has begun before, and is there, is under its first day. */
function byDay(
  entries: readonly Entry[],
  month: string,
  zone: PageSettings['zone'],
): ReadonlyMap<string, readonly Entry[]> {
  const dateIn = (at: Date, { isAllDay }: Entry) => (isAllDay ? at.toISOString().slice(0, 10) : dateOf(at, zone));
  const days = new Map<string, Entry[]>();
  for (const entry of entries) {
    const begin = dateIn(entry.from, entry);
    const isOver = entry.to !== undefined && dateIn(new Date(entry.to.getTime() - 1), entry) < `${month}-01`;
    if (begin > `${month}-31` || isOver) continue;
    const date = begin < `${month}-01` ? `${month}-01` : begin;
    const day = days.get(date);
    if (day === undefined) days.set(date, [entry]);
    else day.push(entry);
  }
  return days;
}

interface ItemProps {
  readonly entry: Entry;
  readonly from: Date;
  readonly to: Date;
  /** The day under which it stands. */
  readonly date: string;
}

function Item({ entry, from, to, date }: ItemProps) {
  const [tone, shape, word] = lookOf(entry);
  const { message } = entry;
  return (
    <li>
      <Mark tone={tone} shape={shape}>
        {word}
      </Mark>
      <div className={css['what']}>
        <p>
          <What entry={entry} />
        </p>
        <p className={css['small']}>
          <Times entry={entry} from={from} to={to} date={date} /> · {scopeOf(message)}
          {forWhom(message)}
          {message.owner !== '' && (
            <>
              {' · '}
              <Who name={message.owner} />
            </>
          )}
        </p>
      </div>
    </li>
  );
}

function What({ entry: { message } }: { readonly entry: Entry }) {
  const { kind, name, title, readiness, key } = message;
  switch (kind) {
    case CalendarEntryKind.MILESTONE:
    case CalendarEntryKind.TIMEBOX:
      return (
        <>
          <strong>{title}</strong>, of{' '}
          <Link to="/transformations/{-$name}" params={{ name }}>
            {name}
          </Link>
          {readiness !== '' && <> ({readiness.toLowerCase().replaceAll('_', ' ')})</>}
        </>
      );
    case CalendarEntryKind.HOLD:
      return <strong>{title}</strong>;
    case CalendarEntryKind.SCHEDULED:
    case CalendarEntryKind.SOAK:
      return (
        <Link to="/promotions/$promotion" params={{ promotion: key }}>
          {title}
        </Link>
      );
    default:
      return (
        <>
          <strong>{name}</strong>: {title}
        </>
      );
  }
}

function Times({ entry, from, to, date }: ItemProps) {
  const { zone } = useSettings();
  if (entry.isAllDay) {
    const last = new Date((entry.to ?? entry.from).getTime() - 1);
    const [first, end] = [dayInWords(entry.from), dayInWords(last)];
    return <>{first === end ? 'all day' : `${first} to ${end}`}</>;
  }
  const time = (at: Date) => {
    const words = dayAndTime(at, zone);
    // The day under which it stands need not be said again.
    return dateOf(at, zone) === date ? words.slice(-5) : words;
  };
  // The server tells no more than was asked about.
  const begin = entry.from <= from && entry.to !== undefined ? 'before' : time(entry.from);
  if (entry.to === undefined) return <>since {begin}, until somebody lifts it</>;
  if (entry.to.getTime() === entry.from.getTime()) return <>{time(entry.from)}</>;
  return <>{`${begin} to ${entry.to >= to ? 'later' : time(entry.to)}`}</>;
}
