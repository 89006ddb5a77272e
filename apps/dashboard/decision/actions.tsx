import { lazy, Suspense, useState } from 'react';
import { Button } from '../parts/button.js';
import css from './actions.module.css';
import { useActions } from './use-actions.js';
import type { VerbWords } from './verbs.js';

/** Fetched when somebody decides: looking needs nothing that signs. */
const DecideDialog = lazy(() => import('./decide-dialog.js').then((module) => ({ default: module.DecideDialog })));

/** What can be done about a promotion, and why the rest cannot: in the words of the server, which will judge it. */
export function Actions({ promotionId }: { readonly promotionId: string }) {
  const all = useActions(promotionId);
  const [chosen, setChosen] = useState<VerbWords>();
  const possible = all.filter((action) => action.possible);
  const others = all.filter((action) => !action.possible);
  return (
    <>
      {possible.length > 0 && (
        <div className={css['row']}>
          {possible.map((action) => (
            <Button
              key={action.words.verb}
              kind={action.words.kind}
              whyNot={action.whyNot}
              onClick={() => setChosen(action.words)}
            >
              {action.words.name}
            </Button>
          ))}
        </div>
      )}
      {others.length > 0 && (
        <details className={css['others']}>
          <summary>
            {possible.length === 0 ? 'Nothing that you can do now, and why' : 'What you cannot do now, and why'}
          </summary>
          <ul>
            {others.map(({ words, whyNot }) => (
              <li key={words.verb}>
                <strong>{words.name}</strong>: {whyNot}
              </li>
            ))}
          </ul>
        </details>
      )}
      {chosen !== undefined && (
        <Suspense>
          <DecideDialog promotionId={promotionId} words={chosen} onClose={() => setChosen(undefined)} />
        </Suspense>
      )}
    </>
  );
}
