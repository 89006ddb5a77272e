import { Outlet } from '@tanstack/react-router';
import { Announcer } from '../parts/announcer.js';
import css from './frame.module.css';

/** What is around a screen that is shown before anybody is signed in. */
export function BareFrame() {
  return (
    <div className={css['frame']}>
      <header className={css['bar']}>
        <span className={css['brand']}>
          <svg viewBox="0 0 24 24" aria-hidden="true">
            <path d="M5 18h14" stroke="var(--bronze)" />
            <path d="M8 12h11" stroke="var(--silver)" />
            <path d="M11 6h8" stroke="var(--gold)" />
          </svg>
          <span>Lanekeeper</span>
        </span>
      </header>
      <main id="main" tabIndex={-1} className={css['main']}>
        <Outlet />
      </main>
      <Announcer />
    </div>
  );
}
