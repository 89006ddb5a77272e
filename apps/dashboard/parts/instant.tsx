import type { Timestamp } from '@bufbuild/protobuf/wkt';
import { timestampDate } from '@bufbuild/protobuf/wkt';
import { dayAndTime, fullTime, readersZone, spanOf, timeElsewhere, useNow } from '../connection/clock.js';
import { useSettings } from '../connection/settings.js';

/** How long ago something was, with the instant as its tooltip. */
export function Ago({ at, suffix = ' ago' }: { readonly at: Timestamp | undefined; readonly suffix?: string }) {
  const now = useNow();
  const { zone } = useSettings();
  if (at === undefined) return <span>–</span>;
  const date = timestampDate(at);
  const ms = now.getTime() - date.getTime();
  return (
    <time dateTime={date.toISOString()} title={fullTime(date, zone)}>
      {ms < 1_500 ? 'just now' : `${spanOf(ms)}${suffix}`}
    </time>
  );
}

/** How much time is left until an instant. */
export function Until({ at }: { readonly at: Timestamp | undefined }) {
  const now = useNow();
  const { zone } = useSettings();
  if (at === undefined) return <span>no end</span>;
  const date = timestampDate(at);
  const ms = date.getTime() - now.getTime();
  return (
    <time dateTime={date.toISOString()} title={fullTime(date, zone)}>
      {ms <= 0 ? `ended ${spanOf(-ms)} ago` : `in ${spanOf(ms)}`}
    </time>
  );
}

/** An instant in full. */
export function At({ at }: { readonly at: Timestamp | undefined }) {
  const { zone } = useSettings();
  if (at === undefined) return <span>–</span>;
  const date = timestampDate(at);
  return <time dateTime={date.toISOString()}>{fullTime(date, zone)}</time>;
}

/** Since when something is, as people say it: the time of today, or day and time. */
export function Since({ at }: { readonly at: Timestamp | undefined }) {
  const now = useNow();
  const { zone } = useSettings();
  if (at === undefined) return <span>–</span>;
  const date = timestampDate(at);
  const [words, today] = [dayAndTime(date, zone), dayAndTime(now, zone)];
  const [day, time] = words.split(', ');
  return (
    <time dateTime={date.toISOString()} title={fullTime(date, zone)}>
      {today.startsWith(`${day ?? ''},`) ? time : words}
    </time>
  );
}

/** An instant to come, as people name it: weekday, date, time, zone, and how long until then. */
export function When({
  at,
  writtenIn = '',
}: {
  readonly at: Timestamp;
  /** The zone that it was written in; its clock is shown, too, where it shows another time. */
  readonly writtenIn?: string;
}) {
  const now = useNow();
  const { zone } = useSettings();
  const date = timestampDate(at);
  const ms = date.getTime() - now.getTime();
  const there = timeElsewhere(date, writtenIn, zone);
  return (
    <>
      <time dateTime={date.toISOString()} title={fullTime(date, zone)}>
        {dayAndTime(date, zone)} {readersZone(zone)}
      </time>{' '}
      ({ms <= 0 ? 'now' : `in ${spanOf(ms)}`}
      {there !== '' && `; ${there} in ${writtenIn}`})
    </>
  );
}
