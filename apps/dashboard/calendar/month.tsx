import { Link } from '@tanstack/react-router';
import { dayInWords } from '../connection/clock.js';
import { useSettings } from '../connection/settings.js';
import { Glyph } from '../parts/mark.js';
import css from './month.module.css';
import { beginsOn, closedParts, type Day, type PartOfDay, placesOf } from './days.js';
import { type Entry, forWhom, lookOf, scopeOf, titleOf } from './entry.js';
import { type CalendarPlace, searchOf } from './place.js';

/** So many entries of a day are shown; the agenda has all. */
const mostShown = 4;

const weekdays = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'];

/** A month by its weeks: what is there on each day, and when it is closed. */
export function Month({
  weeks,
  month,
  entries,
  today,
  needsWindow,
  place,
}: {
  readonly weeks: readonly (readonly Day[])[];
  readonly month: string;
  readonly entries: readonly Entry[];
  readonly today: string;
  /** Whether it is closed where no change window is there. */
  readonly needsWindow: boolean;
  readonly place: CalendarPlace;
}) {
  return (
    <table className={css['month']}>
      <caption className="visually-hidden">What there is on each day</caption>
      <thead>
        <tr>
          {weekdays.map((name) => (
            <th key={name} scope="col">
              <abbr title={name}>{name.slice(0, 3)}</abbr>
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {weeks.map((week) => {
          const places = placesOf(week, entries);
          return (
            <tr key={week[0]?.date}>
              {week.map((day, index) => (
                <DayCell
                  key={day.date}
                  day={day}
                  entries={places[index] ?? []}
                  closed={closedParts(day, entries, needsWindow)}
                  isFirstOfWeek={index === 0}
                  isToday={day.date === today}
                  isOutside={!day.date.startsWith(month)}
                  place={{ ...place, month, view: 'agenda' }}
                />
              ))}
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}

function DayCell({
  day,
  entries,
  closed,
  isFirstOfWeek,
  isToday,
  isOutside,
  place,
}: {
  readonly day: Day;
  readonly entries: readonly (Entry | undefined)[];
  readonly closed: readonly PartOfDay[];
  readonly isFirstOfWeek: boolean;
  readonly isToday: boolean;
  readonly isOutside: boolean;
  readonly place: CalendarPlace;
}) {
  const { zone } = useSettings();
  const isAll = closed.some(({ from, to }) => from === 0 && to === 1);
  const hidden = entries.slice(mostShown).filter((entry) => entry !== undefined).length;
  const looks = [isToday && 'today', isOutside && 'outside', isAll && 'closed'].map((name) => name && css[name]);
  return (
    <td
      className={[css['day'], ...looks].filter(Boolean).join(' ')}
      {...(isToday && { 'aria-current': 'date' as const })}
    >
      <Link
        to="/calendar"
        search={searchOf(place)}
        hash={`day-${day.date}`}
        className={css['date']}
        aria-label={dayInWords(new Date(`${day.date}T00:00:00Z`))}
      >
        {Number(day.date.slice(8))}
      </Link>
      {closed.length > 0 && <span className="visually-hidden">{closedInWords(closed, day, zone)}</span>}
      <ul>
        {entries.slice(0, mostShown).map((entry, index) => (
          // What stands in a place of a day has no name but the place.
          <li key={index} className={css['place']}>
            {entry !== undefined && <Bar entry={entry} isBegin={isFirstOfWeek || beginsOn(entry, day)} />}
          </li>
        ))}
      </ul>
      {hidden > 0 && <span className={css['hidden']}>+{hidden} more</span>}
      <svg className={css['strip']} viewBox="0 0 1000 10" preserveAspectRatio="none" aria-hidden="true">
        {closed.map(({ from, to }) => (
          <rect key={from} x={from * 1_000} y={0} width={(to - from) * 1_000} height={10} />
        ))}
      </svg>
    </td>
  );
}

/** An entry on one day; only where it begins is it named for the eye. */
function Bar({ entry, isBegin }: { readonly entry: Entry; readonly isBegin: boolean }) {
  const [tone, shape, word] = lookOf(entry);
  const { message } = entry;
  return (
    <span
      className={[css['bar'], css[tone], entry.isForSome && css['some']].filter(Boolean).join(' ')}
      title={`${word} ${message.name}: ${message.title} (${scopeOf(message)}${forWhom(message)})`}
    >
      <Glyph shape={shape} />
      <span className={isBegin ? css['name'] : 'visually-hidden'}>
        <span className="visually-hidden">{word} </span>
        {titleOf(entry)}
      </span>
    </span>
  );
}

/** `closed 18:00 to 24:00`. */
function closedInWords(parts: readonly PartOfDay[], day: Day, zone: 'local' | 'utc'): string {
  if (parts.some(({ from, to }) => from === 0 && to === 1)) return 'closed all day';
  const timeAt = (part: number): string => {
    if (part === 1) return '24:00';
    const at = new Date(day.from.getTime() + part * (day.to.getTime() - day.from.getTime()));
    return (zone === 'utc' ? at : new Date(at.getTime() - at.getTimezoneOffset() * 60_000)).toISOString().slice(11, 16);
  };
  return `closed ${parts.map(({ from, to }) => `${timeAt(from)} to ${timeAt(to)}`).join(', ')}`;
}
