import { timestampDate } from '@bufbuild/protobuf/wkt';
import { useState } from 'react';
import type { TimelineEntry } from '#gen/release/v1/timeline_pb.js';
import { fullTime, spanOf } from '../connection/clock.js';
import { useSettings } from '../connection/settings.js';
import { Button } from '../parts/button.js';
import { Words } from '../parts/mark.js';
import { Section } from '../parts/screen.js';
import css from './timeline.module.css';

/** How many entries are shown before somebody asks for the rest. */
const shownAtFirst = 60;

/** Everything that has happened, newest first: when, who, what, and how long after what came before. */
export function Timeline({ entries }: { readonly entries: readonly TimelineEntry[] }) {
  const { zone } = useSettings();
  const [isAll, setAll] = useState(false);
  const newest = entries.toReversed();
  const shown = isAll ? newest : newest.slice(0, shownAtFirst);
  return (
    <Section title="What has happened" aside={<span className={css['count']}>{entries.length} events</span>}>
      <ol className={css['timeline']}>
        {shown.map(({ eventId, at, actor, text, phase, type }, index) => {
          const date = at === undefined ? undefined : timestampDate(at);
          const before = newest[index + 1]?.at;
          const gap = date === undefined || before === undefined ? 0 : date.getTime() - timestampDate(before).getTime();
          return (
            <li key={String(eventId)} className={phase === '' ? undefined : css['phase']}>
              <time dateTime={date?.toISOString()} title={date === undefined ? '' : fullTime(date, zone)}>
                {date === undefined ? '' : fullTime(date, zone).slice(5, 19)}
              </time>
              <span className={css['what']} title={type}>
                <Words text={text} />
                {actor !== '' && <span className={css['who']}> by {actor}</span>}
              </span>
              <span className={css['gap']}>{gap >= 1_000 ? `+${spanOf(gap)}` : ''}</span>
            </li>
          );
        })}
      </ol>
      {!isAll && entries.length > shownAtFirst && (
        <p className={css['more']}>
          <Button onClick={() => setAll(true)}>Show the {entries.length - shownAtFirst} older ones</Button>
        </p>
      )}
    </Section>
  );
}
