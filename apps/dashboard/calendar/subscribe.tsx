import { createClient } from '@connectrpc/connect';
import { useQuery } from '@connectrpc/connect-query';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useId, useState } from 'react';
import { type CalendarFeed, CalendarFeedService } from '#gen/governance/v1/calendar_feed_service_pb.js';
import { Lane } from '#gen/governance/v1/lane_pb.js';
import { transport } from '../connection/transport.js';
import { announce } from '../parts/announcer.js';
import { Button } from '../parts/button.js';
import { Command } from '../parts/copy.js';
import { Dialog } from '../parts/dialog.js';
import { Ago, Until } from '../parts/instant.js';
import { Note, ProblemNote } from '../parts/notes.js';
import rows from '../parts/rows.module.css';
import css from './calendar.module.css';
import { scopeOf } from './entry.js';

/** For how long a calendar can be subscribed to, in days. */
const spans = [30, 90, 366] as const;

/** Gives an address at which a calendar program reads what is shown, once, and ends those that there are. */
export function SubscribeDialog({
  product,
  lane,
  onClose,
}: {
  readonly product: string;
  readonly lane: Lane;
  readonly onClose: () => void;
}) {
  const id = useId();
  const [days, setDays] = useState<number>(90);
  const queries = useQueryClient();
  const make = useMutation({
    mutationFn: () => createClient(CalendarFeedService, transport).createCalendarFeed({ product, lane, days }),
    onSettled: () => queries.invalidateQueries(),
  });
  const about = wordsOf({ product, lane });
  return (
    <Dialog title="Subscribe to this calendar" onClose={onClose}>
      <p>
        A calendar program reads {about} at an address with a secret in it. Whoever has the address can read it, and
        nothing else; it shows what you may see, and ends when you end it here.
      </p>
      {make.data === undefined ? (
        <form
          className={css['ask']}
          onSubmit={(event) => {
            event.preventDefault();
            if (!make.isPending) make.mutate();
          }}
        >
          <label className={css['field']} htmlFor={id}>
            For
            <select id={id} value={days} onChange={({ target }) => setDays(Number(target.value))}>
              {spans.map((span) => (
                <option key={span} value={span}>
                  {span} days
                </option>
              ))}
            </select>
          </label>
          <Button type="submit" kind="main" isBusy={make.isPending}>
            Make an address
          </Button>
        </form>
      ) : (
        <div className={css['answer']}>
          <Note tone="wait">It is shown this once. Copy it now, and give it to nobody.</Note>
          <Command command={`${make.data.origin || location.origin}${make.data.path}`} label="Address" />
        </div>
      )}
      {make.error !== null && <ProblemNote error={make.error} />}
      <Feeds />
    </Dialog>
  );
}

function Feeds() {
  const queries = useQueryClient();
  const { data, error } = useQuery(CalendarFeedService.method.listCalendarFeeds, {});
  const end = useMutation({
    mutationFn: (feed: string) => createClient(CalendarFeedService, transport).revokeCalendarFeed({ id: feed }),
    onSuccess: () => announce('the calendar has ended: its address shows nothing any more'),
    onSettled: () => queries.invalidateQueries(),
  });
  if (error !== null) return <ProblemNote error={error} />;
  if (data === undefined || data.feeds.length === 0) return null;
  return (
    <section>
      <h3>Subscribed to</h3>
      {end.error !== null && <ProblemNote error={end.error} />}
      <ul className={rows['list']}>
        {data.feeds.map((feed) => (
          <li key={feed.id}>
            <div className={rows['grow']}>
              <p>
                <strong>{feed.principal}</strong>: {wordsOf(feed)} {feed.label !== '' && `(${feed.label})`}
              </p>
              <p className={rows['small']}>
                <code>{feed.id}</code> ·{' '}
                {feed.usedAt === undefined ? (
                  'never used'
                ) : (
                  <>
                    last used <Ago at={feed.usedAt} />
                  </>
                )}{' '}
                · ends <Until at={feed.expiresAt} />
              </p>
            </div>
            <Button kind="danger" isBusy={end.isPending} onClick={() => end.mutate(feed.id)}>
              End <span className="visually-hidden">calendar {feed.id}</span>
            </Button>
          </li>
        ))}
      </ul>
    </section>
  );
}

function wordsOf({ product, lane }: Pick<CalendarFeed, 'product' | 'lane'>): string {
  return scopeOf({ products: product === '' ? [] : [product], lanes: lane === Lane.UNSPECIFIED ? [] : [lane] });
}
