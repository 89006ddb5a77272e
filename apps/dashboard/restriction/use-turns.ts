import { useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import { showsOpenings } from '../connection/affected.js';
import { askAgain } from '../connection/asked.js';
import { serverNow } from '../connection/clock.js';
import { useLive } from '../connection/live.js';

/** Browsers forget timers that are longer than this, in milliseconds; and a machine that has slept wakes up in time. */
const longestMs = 600_000;

/** How often it is asked again while the server says that the instant is still to come: its clock may be a little behind. */
const mostTries = 6;

/**
 * Has everything that says whether lanes are open asked for again at an instant: no event says that time has come.
 *
 * @param at milliseconds of epoch; undefined for never
 */
export function useTurnAt(at: number | undefined): void {
  const queries = useQueryClient();
  const isPaused = useLive().state === 'paused';
  useEffect(() => {
    if (at === undefined || isPaused) return undefined;
    let timer: ReturnType<typeof setTimeout>;
    let tries = 0;
    const wait = () => {
      const left = at - serverNow().getTime();
      if (left > 0) timer = setTimeout(wait, Math.min(left + 20, longestMs));
      else {
        void askAgain(queries, showsOpenings);
        tries += 1;
        if (tries < mostTries) timer = setTimeout(wait, 500 * 2 ** tries);
      }
    };
    wait();
    return () => clearTimeout(timer);
  }, [at, isPaused, queries]);
}
