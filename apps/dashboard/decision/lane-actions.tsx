import { lazy, Suspense, useState } from 'react';
import { Link } from '@tanstack/react-router';
import { DecisionVerb } from '#gen/governance/v1/decision_pb.js';
import type { LaneAction } from '#gen/governance/v1/decision_service_pb.js';
import { Button } from '../parts/button.js';
import { LaneName } from '../parts/lane-name.js';
import { laneWord } from '../parts/states.js';
import { sentence } from '../parts/notes.js';
import css from './lane-actions.module.css';

/** Fetched when somebody asks. */
const RequestDialog = lazy(() => import('./request-dialog.js').then((module) => ({ default: module.RequestDialog })));

const words: Partial<Record<DecisionVerb, string>> = {
  [DecisionVerb.ROLLBACK]: 'Roll back',
  [DecisionVerb.HOTFIX]: 'Hotfix',
};

/** Each lane with what can be started there, or why not. */
export function LaneActions({ actions }: { readonly actions: readonly LaneAction[] }) {
  const [chosen, setChosen] = useState<LaneAction>();
  return (
    <>
      <ul className={css['lanes']}>
        {actions.map((action) => (
          <li
            key={`${String(action.verb)} ${String(action.lane)}`}
            className={action.possible ? css['open'] : undefined}
          >
            <LaneName lane={action.lane} />
            <Button
              kind={action.verb === DecisionVerb.REQUEST ? 'main' : 'danger'}
              whyNot={action.whyNot}
              onClick={() => setChosen(action)}
            >
              {words[action.verb] ?? 'Promote'}
            </Button>
            {action.verb === DecisionVerb.REQUEST && (
              <Link
                to="/bundles/$bundle/plan/$lane"
                params={{ bundle: action.bundleDigest, lane: laneWord(action.lane) }}
                search={{}}
              >
                plan<span className="visually-hidden"> of {laneWord(action.lane)}</span>
              </Link>
            )}
            {action.notice !== '' && <p className={css['notice']}>{sentence(action.notice)}.</p>}
            {action.promotionId !== '' && (
              <Link to="/promotions/$promotion" params={{ promotion: action.promotionId }}>
                its promotion
              </Link>
            )}
          </li>
        ))}
      </ul>
      {chosen !== undefined && (
        <Suspense>
          <RequestDialog action={chosen} onClose={() => setChosen(undefined)} />
        </Suspense>
      )}
    </>
  );
}
