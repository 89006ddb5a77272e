import { Outlet } from '@tanstack/react-router';
import { Announcer } from '../parts/announcer.js';
import { Brand } from './brand.js';
import css from './frame.module.css';

/** What is around a screen that is shown before anybody is signed in. */
export function BareFrame() {
  return (
    <div className={css['frame']}>
      <header className={css['bar']}>
        <span className={css['brand']}>
          <Brand />
        </span>
      </header>
      <main id="main" tabIndex={-1} className={css['main']}>
        <Outlet />
      </main>
      <Announcer />
    </div>
  );
}
