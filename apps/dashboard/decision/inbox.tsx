import { useQuery } from '@connectrpc/connect-query';
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router';
import { lazy, Suspense, useEffect, useState } from 'react';
import { CaseKind } from '#gen/governance/v1/case_pb.js';
import { DecisionService } from '#gen/governance/v1/decision_service_pb.js';
import { isTyping } from '../frame/shortcuts.js';
import { useSettings } from '../connection/settings.js';
import { Command } from '../parts/copy.js';
import { HeldNote } from '../parts/held-note.js';
import { useHeld } from '../parts/held.js';
import { Empty, Loading, ProblemNote } from '../parts/notes.js';
import { Screen } from '../parts/screen.js';
import { current, Tabs } from '../parts/tabs.js';
import { CaseDetail } from './case-detail.js';
import { CaseRow } from './case-row.js';
import { countThings } from './count-things.js';
import css from './inbox.module.css';
import { PublicationDetail } from './publication-detail.js';
import { type VerbWords, wordsOfKey } from './verbs.js';

/** Fetched when somebody decides. */
const DecideDialog = lazy(() => import('./decide-dialog.js').then((module) => ({ default: module.DecideDialog })));

const route = getRouteApi('/framed/inbox');

/** What waits for the person who is signed in, and, on a second tab, what waits for others. */
export default function Inbox() {
  const { tab, case: chosenId = '' } = route.useSearch();
  const navigate = useNavigate();
  const { keys } = useSettings();
  const { data, error, isPending, refetch } = useQuery(DecisionService.method.listPendingApprovals, { all: true });
  const all = data?.cases ?? [];
  const mine = all.filter(({ waitsForMe }) => waitsForMe);
  const others = all.filter(({ waitsForMe }) => !waitsForMe);
  const held = useHeld(tab === 'others' ? others : mine, ({ id }) => id);
  const chosen = held.shown.find(({ id }) => id === chosenId) ?? held.shown[0];
  const [deciding, setDeciding] = useState<{ readonly promotionId: string; readonly words: VerbWords }>();
  const choose = (id: string) =>
    void navigate({ to: '/inbox', search: { ...(tab !== undefined && { tab }), case: id }, replace: true });
  useEffect(() => {
    if (!keys) return undefined;
    const onKey = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target) || chosen === undefined) return;
      const step = event.key === 'j' ? 1 : event.key === 'k' ? -1 : 0;
      const next = held.shown[held.shown.indexOf(chosen) + step];
      if (step !== 0 && next !== undefined) choose(next.id);
      const words = wordsOfKey(event.key);
      if (words !== undefined && chosen.waitsForMe && chosen.kind === CaseKind.APPROVAL) {
        event.preventDefault();
        setDeciding({ promotionId: chosen.promotionId, words });
      }
    };
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  });
  return (
    <Screen title="Inbox" aside={<Command command={`lane approvals${tab === 'others' ? ' --all' : ''}`} />}>
      <Tabs label="Whose">
        <Link
          to="/inbox"
          search={{}}
          activeOptions={{ exact: true, includeSearch: true }}
          {...current(tab === undefined)}
        >
          For me <span className={css['count']}>{countThings(mine)}</span>
        </Link>
        <Link
          to="/inbox"
          search={{ tab: 'others' }}
          activeOptions={{ exact: true, includeSearch: true }}
          {...current(tab === 'others')}
        >
          For others <span className={css['count']}>{countThings(others)}</span>
        </Link>
      </Tabs>
      {error !== null && <ProblemNote error={error} onRetry={() => void refetch()} />}
      {isPending && <Loading what="the inbox" />}
      {data !== undefined && held.shown.length === 0 && held.changes === 0 && (
        <Empty title={tab === 'others' ? 'Nothing waits for anybody else' : 'Nothing waits for you'}>
          <p>
            What is on its way is on the <Link to="/lanes">lanes</Link>.
          </p>
        </Empty>
      )}
      <HeldNote held={held} />
      {chosen !== undefined && (
        <div className={css['split']}>
          <ul className={css['cases']} {...held.around}>
            {held.shown.map((one) => (
              <CaseRow key={one.id} one={one} isChosen={one.id === chosen.id} onChoose={() => choose(one.id)} />
            ))}
          </ul>
          {chosen.kind === CaseKind.PUBLICATION ? (
            <PublicationDetail key={chosen.id} one={chosen} />
          ) : (
            <CaseDetail
              key={chosen.promotionId}
              one={chosen}
              onDecide={(words) => setDeciding({ promotionId: chosen.promotionId, words })}
            />
          )}
        </div>
      )}
      {deciding !== undefined && (
        <Suspense>
          <DecideDialog {...deciding} onClose={() => setDeciding(undefined)} />
        </Suspense>
      )}
    </Screen>
  );
}
