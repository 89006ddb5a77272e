import { ProblemNote } from '../parts/notes.js';
import { Screen } from '../parts/screen.js';

/** A screen that cannot be drawn: the rest of the page goes on. */
export function BrokenScreen({ error, reset }: { readonly error: unknown; readonly reset: () => void }) {
  return (
    <Screen title="This screen cannot be shown">
      <ProblemNote error={error} onRetry={reset} />
    </Screen>
  );
}
