import { Link } from '@tanstack/react-router';
import { Command } from '../parts/copy.js';
import { Note } from '../parts/notes.js';
import { useOwnKey } from './own-key.js';

/** Says how this browser gets a key with which decisions are signed, if it has none that counts. */
export function KeyNote() {
  const { state } = useOwnKey();
  if (state === 'enrolled' || state === 'unknown') return null;
  return (
    <Note tone="wait">
      <p>
        {state === 'made'
          ? 'The key of this browser is not enrolled yet.'
          : state === 'ended'
            ? 'The key of this browser counts no more.'
            : 'This browser holds no key of yours.'}{' '}
        It can look at everything and decide nothing. To enrol one, sign in from a terminal, or see{' '}
        <Link to="/settings">Settings</Link>:
      </p>
      <Command command="lane dashboard" />
    </Note>
  );
}
