import type { Held } from './held.js';
import css from './held-note.module.css';

/** Says that rows wait to be shown, and shows them. */
export function HeldNote({ held }: { readonly held: Pick<Held<unknown>, 'changes' | 'apply'> }) {
  return (
    <div className={css['place']} role="status">
      {held.changes > 0 && (
        <button type="button" className={css['note']} onClick={held.apply}>
          {held.changes} {held.changes === 1 ? 'change' : 'changes'} – show
        </button>
      )}
    </div>
  );
}
