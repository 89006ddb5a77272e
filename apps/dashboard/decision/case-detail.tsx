import { useQuery } from '@connectrpc/connect-query';
import { Link } from '@tanstack/react-router';
import type { GovernanceCase } from '#gen/governance/v1/case_pb.js';
import { DecisionService } from '#gen/governance/v1/decision_service_pb.js';
import { shortId } from '../../../core/ids.js';
import { KeyNote } from '../identity/key-note.js';
import { Button } from '../parts/button.js';
import { LaneName } from '../parts/lane-name.js';
import { Loading, Note, ProblemNote } from '../parts/notes.js';
import css from './inbox.module.css';
import { readFacts } from '../../../core/decision/read-facts.js';
import { FactsView } from './facts-view.js';
import { useActions } from './use-actions.js';
import { type VerbWords, wordsOfVerb } from './verbs.js';

/** Everything about one thing that waits: what it is, what changes, who has decided what, and what can be done. */
export function CaseDetail({
  one,
  onDecide,
}: {
  readonly one: GovernanceCase;
  readonly onDecide: (words: VerbWords) => void;
}) {
  const { promotionId } = one;
  const actions = useActions(promotionId).filter(({ words }) => words.key !== undefined);
  const { data, error, isPending } = useQuery(DecisionService.method.getDecisionFacts, { promotionId });
  return (
    <section className={css['detail']} aria-label={`${one.product}, ${shortId(one.bundleDigest)}`}>
      <header className={css['detailHead']}>
        <h2>
          {one.product} <LaneName lane={one.lane} />
        </h2>
        <Link to="/promotions/$promotion" params={{ promotion: promotionId }}>
          the whole promotion
        </Link>
      </header>
      {!one.waitsForMe && one.whyNotMe !== '' && <Note>You cannot approve it: {one.whyNotMe}.</Note>}
      <KeyNote />
      <div className={css['actions']}>
        {/* Of whom nothing is asked here, the reason is said once. */}
        {(one.waitsForMe ? actions : []).map((action) => (
          <Button
            key={action.words.verb}
            kind={action.words.kind}
            shortcut={action.words.key}
            whyNot={action.whyNot}
            onClick={() => onDecide(action.words)}
          >
            {action.words.name}
          </Button>
        ))}
      </div>
      {one.decisions.length > 0 && (
        <p className={css['small']}>
          So far:{' '}
          {one.decisions
            .filter(({ accepted }) => accepted)
            .map(({ principal, verb }) => `${principal} (${verbWord(verb)})`)
            .join(', ') || 'nothing that counts'}
        </p>
      )}
      {error !== null && <ProblemNote error={error} />}
      {isPending && <Loading what="what it is about" />}
      {data !== undefined && <FactsView shown={data} facts={readFacts(data.facts)} />}
    </section>
  );
}

function verbWord(verb: GovernanceCase['decisions'][number]['verb']): string {
  return wordsOfVerb(verb)?.verb ?? 'request';
}
