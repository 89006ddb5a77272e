import { useQuery } from '@connectrpc/connect-query';
import { lazy, Suspense } from 'react';
import type { Promotion } from '#gen/release/v1/promotion_pb.js';
import { HistoryState, RunService, RunStatus } from '#gen/workflows_runtime/v1/run_service_pb.js';
import { shortId } from '../../../core/ids.js';
import { usePerson } from '../identity/person.js';
import { Command, ShortId } from '../parts/copy.js';
import { Ago } from '../parts/instant.js';
import { Glyph } from '../parts/mark.js';
import { Loading, ProblemNote } from '../parts/notes.js';
import { Section } from '../parts/screen.js';
import css from './runs.module.css';

/** Fetched after the rest: few save a history. */
const SaveHistory = lazy(() => import('./save-history.js').then((module) => ({ default: module.SaveHistory })));

/** The runs in Temporal that have worked for a promotion, and what is kept of their histories. */
export function Runs({ promotion }: { readonly promotion: Promotion }) {
  const { temporalUiUrl } = usePerson();
  const { data, error, isPending } = useQuery(RunService.method.listRunHistories, {
    of: { case: 'promotionId', value: promotion.id },
  });
  const namespace = promotion.run?.namespace ?? 'default';
  return (
    <Section title="Runs in Temporal">
      {error !== null && <ProblemNote error={error} />}
      {isPending && <Loading what="the runs" rows={1} />}
      <ul className={css['runs']}>
        {data?.histories.map((history) => (
          <li key={history.runId}>
            <ShortId id={history.runId} what="run id" />
            <span>
              {history.status === RunStatus.UNSPECIFIED
                ? 'open'
                : RunStatus[history.status].toLowerCase().replaceAll('_', ' ')}
              {history.closedAt !== undefined && (
                <>
                  , <Ago at={history.closedAt} />
                </>
              )}
            </span>
            <span className={css['kept']}>
              {history.state === HistoryState.KEPT ? (
                <>
                  {history.events} events kept{' '}
                  <Suspense>
                    <SaveHistory history={history} />
                  </Suspense>
                  <Command command={`lane history download ${shortId(history.runId)}`} />
                </>
              ) : (
                stateWords[history.state]
              )}
            </span>
            {temporalUiUrl !== '' && (
              <a
                href={`${temporalUiUrl}/namespaces/${encodeURIComponent(namespace)}/workflows/${encodeURIComponent(history.workflowId)}/${history.runId}`}
                target="_blank"
                rel="noreferrer"
              >
                in Temporal <Glyph shape="out" />
              </a>
            )}
          </li>
        ))}
      </ul>
    </Section>
  );
}

const stateWords: Readonly<Record<HistoryState, string>> = {
  [HistoryState.UNSPECIFIED]: '',
  [HistoryState.AWAITED]: 'its history is kept once it closes',
  [HistoryState.KEPT]: 'kept',
  [HistoryState.GONE]: 'Temporal had forgotten it before it could be kept',
  [HistoryState.TOO_LARGE]: 'its history was too large to be kept',
};
