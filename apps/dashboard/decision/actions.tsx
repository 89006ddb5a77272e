import { useQuery } from '@connectrpc/connect-query';
import { lazy, Suspense, useState } from 'react';
import { DecisionService } from '#gen/governance/v1/decision_service_pb.js';
import { useOwnKey } from '../identity/own-key.js';
import { Button } from '../parts/button.js';
import css from './actions.module.css';
import { type VerbWords, wordsOfVerb } from './verbs.js';

/** Fetched when somebody decides: looking needs nothing that signs. */
const DecideDialog = lazy(() => import('./decide-dialog.js').then((module) => ({ default: module.DecideDialog })));

/** What can be done about a promotion, and why the rest cannot: in the words of the server, which will judge it. */
export function Actions({ promotionId }: { readonly promotionId: string }) {
  const { data } = useQuery(DecisionService.method.listActions, { promotionId });
  const { state } = useOwnKey();
  const [chosen, setChosen] = useState<{ readonly words: VerbWords; readonly command: string }>();
  const all = (data?.actions ?? []).flatMap((action) => {
    const words = wordsOfVerb(action.verb);
    return words === undefined ? [] : [{ ...action, words }];
  });
  const possible = all.filter((action) => action.possible);
  const others = all.filter((action) => !action.possible);
  const noKey = state === 'enrolled' || state === 'unknown' ? '' : 'this browser holds no key of yours';
  return (
    <>
      {possible.length > 0 && (
        <div className={css['row']}>
          {possible.map(({ words, command }) => (
            <Button key={words.verb} kind={words.kind} whyNot={noKey} onClick={() => setChosen({ words, command })}>
              {words.name}
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
          <DecideDialog promotionId={promotionId} {...chosen} onClose={() => setChosen(undefined)} />
        </Suspense>
      )}
    </>
  );
}
