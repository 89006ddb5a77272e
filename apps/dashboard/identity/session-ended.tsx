import { useSessionEnded } from '../connection/session-state.js';
import { Command } from '../parts/copy.js';
import { Dialog } from '../parts/dialog.js';

/** Says that the session has ended, over whatever was being done; nothing that was typed is lost. */
export function SessionEnded() {
  if (!useSessionEnded()) return null;
  return (
    <Dialog title="This browser is not signed in any more" onClose={() => location.assign('/sign-in')}>
      <p>
        Its session has ended, or nobody has used it for a while. Sign in again from a terminal: the link opens in a tab
        of its own, and this one then goes on where it is. What you have typed stays.
      </p>
      <Command command="lane dashboard" />
    </Dialog>
  );
}
