import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import { useQuery } from '@connectrpc/connect-query';
import { keepPreviousData } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { lazy, Suspense, useState } from 'react';
import { Lane } from '#gen/governance/v1/lane_pb.js';
import { RestrictionKind, WindowAction, WindowKind } from '#gen/governance/v1/restriction_pb.js';
import { RestrictionService } from '#gen/governance/v1/restriction_service_pb.js';
import { isLane } from '../../../core/lanes.js';
import { useNow } from '../connection/clock.js';
import { useSettings } from '../connection/settings.js';
import { Button } from '../parts/button.js';
import { Command } from '../parts/copy.js';
import { Glyph } from '../parts/mark.js';
import { Loading, Note, ProblemNote } from '../parts/notes.js';
import { Screen } from '../parts/screen.js';
import { current, Tabs } from '../parts/tabs.js';
import { Agenda } from './agenda.js';
import css from './calendar.module.css';
import { dateOf, monthAfter, monthFrom, weeksOf } from './days.js';
import { entriesOf } from './entry.js';
import { Filters } from './filters.js';
import { Month } from './month.js';
import { monthInWords, searchOf } from './place.js';
import { PromoteWhen } from './promote-when.js';
import { HoldList, WindowList } from './restriction-lists.js';

/** Fetched when somebody asks. */
const SubscribeDialog = lazy(() => import('./subscribe.js').then((module) => ({ default: module.SubscribeDialog })));

const route = getRouteApi('/framed/calendar');

/** Its address is that of the other tab, too, but for what is searched. */
const tab = (isCurrent: boolean) => ({ ...current(isCurrent), activeOptions: { exact: true } });

/** When promotions may take lanes, and when not: windows, holds, milestones and timeboxes. */
export default function Calendar() {
  const place = route.useSearch();
  const { product = '', lane = '', view } = place;
  const { zone } = useSettings();
  const now = useNow();
  const today = dateOf(now, zone);
  const month = monthFrom(place.month ?? '', today);
  const weeks = weeksOf(month, zone);
  const wanted = isLane(lane) ? Lane[lane.toUpperCase() as 'BRONZE' | 'SILVER' | 'GOLD'] : Lane.UNSPECIFIED;
  const [from, to] = [weeks[0]?.[0]?.from ?? now, weeks.at(-1)?.[6]?.to ?? now];
  const calendar = useQuery(
    RestrictionService.method.listCalendar,
    { product, lane: wanted, from: timestampFromDate(from), to: timestampFromDate(to) },
    { placeholderData: keepPreviousData },
  );
  const windows = useQuery(RestrictionService.method.listRestrictions, {
    ...{ kind: RestrictionKind.WINDOW, product, lane: wanted },
  });
  const error = calendar.error ?? windows.error;
  const entries = entriesOf(calendar.data?.entries ?? []);
  // Of one lane alone can be said that nothing opens it.
  const needsWindow =
    product !== '' &&
    wanted !== Lane.UNSPECIFIED &&
    calendar.data?.more === false &&
    (windows.data?.restrictions ?? []).some(
      ({ spec }) =>
        spec.case === 'window' &&
        spec.value.kind === WindowKind.CHANGE &&
        spec.value.invokers.length === 0 &&
        spec.value.actions.includes(WindowAction.DEPLOY),
    );
  const words = monthInWords(month);
  const [isSubscribing, setSubscribing] = useState(false);
  const step = (by: number) => searchOf({ ...place, month: monthAfter(month, by) });
  return (
    <Screen title="Calendar" aside={<Filters place={place} />}>
      {error !== null && <ProblemNote error={error} onRetry={() => void calendar.refetch()} />}
      <Tabs label="How it is shown">
        <Link to="/calendar" search={searchOf({ ...place, view: undefined })} {...tab(view !== 'agenda')}>
          Month
        </Link>
        <Link to="/calendar" search={searchOf({ ...place, view: 'agenda' })} {...tab(view === 'agenda')}>
          Agenda
        </Link>
      </Tabs>
      <div className={css['head']}>
        <h2 aria-live="polite">{words}</h2>
        <nav className={css['steps']} aria-label="Months">
          <Link to="/calendar" search={step(-1)}>
            <Glyph shape="back" /> {monthInWords(monthAfter(month, -1))}
          </Link>
          <Link to="/calendar" search={searchOf({ ...place, month: undefined })}>
            Today
          </Link>
          <Link to="/calendar" search={step(1)}>
            {monthInWords(monthAfter(month, 1))} <Glyph shape="to" />
          </Link>
        </nav>
      </div>
      {calendar.isPending && <Loading what="the calendar" rows={6} />}
      {calendar.data?.more === true && (
        <Note tone="wait">There is more in {words} than is shown: choose a product or a lane.</Note>
      )}
      {calendar.data !== undefined &&
        (view === 'agenda' ? (
          <Agenda entries={entries} from={from} to={to} month={month} today={today} />
        ) : (
          <>
            <Month {...{ weeks, month, entries, today, needsWindow, place }} />
            <p className={css['legend']}>
              Hatched days, and the bar at the foot of a day:{' '}
              {wanted === Lane.UNSPECIFIED || product === ''
                ? 'some lane is closed by a freeze or a hold. Choose a product and a lane to see when that lane is closed.'
                : `${lane} of ${product} is closed to promotions.`}
              {entries.some(({ isForSome }) => isForSome) &&
                ' Dashed: it holds for some people only, and no day is hatched for it.'}
            </p>
          </>
        ))}
      <p className={css['equal']}>
        <Button onClick={() => setSubscribing(true)}>Subscribe …</Button>{' '}
        <Command
          command={['lane calendar', product && `--product ${product}`, lane && `--lane ${lane}`, `--from ${month}-01`]
            .filter(Boolean)
            .join(' ')}
        />
      </p>
      {isSubscribing && (
        <Suspense>
          <SubscribeDialog product={product} lane={wanted} onClose={() => setSubscribing(false)} />
        </Suspense>
      )}
      <PromoteWhen key={`${product} ${lane}`} product={product} lane={wanted} />
      <WindowList product={product} lane={wanted} />
      <HoldList product={product} lane={wanted} />
    </Screen>
  );
}
