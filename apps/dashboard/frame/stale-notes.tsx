import { clockErrorMs, spanOf, useNow } from '../connection/clock.js';
import { useLive } from '../connection/live.js';
import { Note } from '../parts/notes.js';
import css from './stale-notes.module.css';

/** A clock that is wrong by more makes statements that are not yet, or no longer, valid. */
const tolerableMs = 2 * 60_000;

/** Says when what is shown may be out of date, and when the clock of this browser is wrong. */
export function StaleNotes() {
  const { state } = useLive();
  useNow();
  const error = clockErrorMs();
  return (
    <div className={css['notes']}>
      {state === 'away' && (
        <Note tone="wait">
          The server is not heard: what is shown may be out of date. The page asks again every 15 s and follows by
          itself once the server answers.
        </Note>
      )}
      {Math.abs(error) > tolerableMs && (
        <Note tone="wait">
          The clock of this machine is {spanOf(Math.abs(error))} {error > 0 ? 'fast' : 'slow'}. The page shows and signs
          with the server’s time.
        </Note>
      )}
    </div>
  );
}
