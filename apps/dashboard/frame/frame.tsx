import { useQuery } from '@connectrpc/connect-query';
import { Link, Outlet, useRouterState } from '@tanstack/react-router';
import { useRef } from 'react';
import { DecisionService } from '#gen/governance/v1/decision_service_pb.js';
import { Announcer } from '../parts/announcer.js';
import { countThings } from '../decision/count-things.js';
import { SearchBox } from '../search/search-box.js';
import { Brand } from './brand.js';
import css from './frame.module.css';
import { LiveSwitch } from './live-switch.js';
import { Preferences } from './preferences.js';
import { Shortcuts } from './shortcuts.js';
import { StaleNotes } from './stale-notes.js';
import { places } from './places.js';

/** What is around every screen: where one is, where one can go, and whether what is shown is up to date. */
export function Frame() {
  const main = useRef<HTMLElement>(null);
  // Transformations are beside the policies.
  const path = useRouterState({
    select: ({ location }) => location.pathname.replace('/transformations', '/policies'),
  });
  const { data } = useQuery(DecisionService.method.listPendingApprovals, { all: true });
  const mine = countThings(data?.cases.filter(({ waitsForMe }) => waitsForMe) ?? []);
  return (
    <div className={css['frame']}>
      <a
        className={css['skip']}
        href="#main"
        onClick={(event) => {
          event.preventDefault();
          main.current?.focus();
        }}
      >
        Skip to the content
      </a>
      <header className={css['bar']}>
        <Link to="/lanes" className={css['brand']} aria-label="Lanekeeper, lanes">
          <Brand />
        </Link>
        <nav className={css['nav']} aria-label="Screens">
          {places.map(({ to, name, key }) => (
            <Link
              key={to}
              to={to}
              title={`g then ${key}`}
              {...(path.startsWith(to) && { 'aria-current': 'page' as const })}
            >
              {name}
              {to === '/inbox' && mine > 0 && (
                <span className={css['count']}>
                  {mine}
                  <span className="visually-hidden"> waiting for you</span>
                </span>
              )}
            </Link>
          ))}
        </nav>
        <div className={css['tools']}>
          <SearchBox />
          <LiveSwitch />
          <Preferences />
        </div>
      </header>
      <main ref={main} id="main" tabIndex={-1} className={css['main']}>
        <StaleNotes />
        <Outlet />
      </main>
      <Shortcuts />
      <Announcer />
    </div>
  );
}
