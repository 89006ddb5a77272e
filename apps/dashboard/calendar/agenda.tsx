import { Link } from '@tanstack/react-router';
import { CalendarEntryKind } from '#gen/governance/v1/calendar_pb.js';
import { dayAndTime, dayInWords } from '../connection/clock.js';
import { useSettings } from '../connection/settings.js';
import { Mark } from '../parts/mark.js';
import { Empty } from '../parts/notes.js';
import { Section } from '../parts/screen.js';
import { Who } from '../parts/who.js';
import css from './agenda.module.css';
import { dateOf } from './days.js';
import { type Entry, lookOf, scopeOf } from './entry.js';

/** What there is, day by day, in the order in which it begins. */
export function Agenda({
  entries,
  from,
  to,
  today,
}: {
  readonly entries: readonly Entry[];
  readonly from: Date;
  readonly to: Date;
  readonly today: string;
}) {
  const { zone } = useSettings();
  const days = new Map<string, Entry[]>();
  for (const entry of entries) {
    // What has begun before is there on the first day.
    const begin = entry.isAllDay ? entry.from.toISOString().slice(0, 10) : dateOf(entry.from, zone);
    const first = dateOf(from, zone);
    const date = begin < first ? first : begin;
    const day = days.get(date);
    if (day === undefined) days.set(date, [entry]);
    else day.push(entry);
  }
  if (days.size === 0)
    return (
      <Empty title="Nothing is there in this time">
        <p>No window, no hold, no milestone and no timebox.</p>
      </Empty>
    );
  return (
    <div className={css['agenda']}>
      {[...days].map(([date, own]) => (
        <div key={date} id={`day-${date}`}>
          <Section title={`${dayInWords(new Date(`${date}T00:00:00Z`))}${date === today ? ', today' : ''}`}>
            <ul className={css['list']}>
              {own.map((entry) => (
                <Item key={entry.id} entry={entry} from={from} to={to} />
              ))}
            </ul>
          </Section>
        </div>
      ))}
    </div>
  );
}

function Item({ entry, from, to }: { readonly entry: Entry; readonly from: Date; readonly to: Date }) {
  const [tone, shape, word] = lookOf(entry);
  const { message } = entry;
  const isOfTransformation = message.kind === CalendarEntryKind.MILESTONE || message.kind === CalendarEntryKind.TIMEBOX;
  return (
    <li>
      <Mark tone={tone} shape={shape}>
        {word}
      </Mark>
      <div className={css['what']}>
        <p>
          {isOfTransformation ? (
            <>
              <strong>{message.title}</strong>, of{' '}
              <Link to="/transformations/{-$name}" params={{ name: message.name }}>
                {message.name}
              </Link>
              {message.readiness !== '' && <> ({message.readiness.toLowerCase().replaceAll('_', ' ')})</>}
            </>
          ) : message.kind === CalendarEntryKind.HOLD ? (
            <strong>{message.title}</strong>
          ) : (
            <>
              <strong>{message.name}</strong>: {message.title}
            </>
          )}
        </p>
        <p className={css['small']}>
          <Times entry={entry} from={from} to={to} /> · {scopeOf(message)} · <Who name={message.owner} />
        </p>
      </div>
    </li>
  );
}

function Times({ entry, from, to }: { readonly entry: Entry; readonly from: Date; readonly to: Date }) {
  const { zone } = useSettings();
  if (entry.isAllDay) {
    const last = new Date((entry.to ?? entry.from).getTime() - 1);
    const [first, end] = [dayInWords(entry.from), dayInWords(last)];
    return <>{first === end ? first : `${first} to ${end}`}</>;
  }
  // The server tells no more than was asked about.
  const begin = entry.from <= from && entry.to !== undefined ? 'already there' : dayAndTime(entry.from, zone);
  if (entry.to === undefined) return <>since {begin}, until somebody lifts it</>;
  return <>{`${begin} to ${entry.to >= to ? 'later than this month' : dayAndTime(entry.to, zone)}`}</>;
}
