import { useQuery } from '@connectrpc/connect-query';
import { type Decision, DecisionVerb, FrontDoor } from '#gen/governance/v1/decision_pb.js';
import { DecisionService } from '#gen/governance/v1/decision_service_pb.js';
import { Ago } from '../parts/instant.js';
import { Mark } from '../parts/mark.js';
import { Empty, Loading, ProblemNote } from '../parts/notes.js';
import { Section } from '../parts/screen.js';
import css from './decisions.module.css';
import { verbName } from './verbs.js';

const doors: Readonly<Record<FrontDoor, string>> = {
  [FrontDoor.UNSPECIFIED]: '',
  [FrontDoor.UPDATE]: 'through the API',
  [FrontDoor.SIGNAL]: 'as a signal in Temporal',
  [FrontDoor.START]: 'with the start',
};

interface Shown {
  readonly promotionId: string;
  /** The gates that are pinned to it: an approval that was given under others is void. */
  readonly policyDigest: string;
}

/** What people have signed about a promotion, and whether it counts. */
export function Decisions({ promotionId, policyDigest }: Pick<Shown, 'promotionId' | 'policyDigest'>) {
  const { data, error, isPending } = useQuery(DecisionService.method.listDecisions, { promotionId, pageSize: 100 });
  return (
    <Section title="Decisions">
      {error !== null && <ProblemNote error={error} />}
      {isPending && <Loading what="the decisions" rows={1} />}
      {data?.decisions.length === 0 && <Empty title="Nobody has decided anything yet" />}
      <ul className={css['decisions']}>
        {data?.decisions.map((decision) => (
          <li key={decision.id}>
            <Counting decision={decision} policyDigest={policyDigest} />
            <div>
              <p>
                <strong>{decision.principal === '' ? 'nobody known' : decision.principal}</strong>:{' '}
                {verbName(decision.verb)}
                {decision.comment !== '' && <> – “{decision.comment}”</>}
              </p>
              <p className={css['small']}>
                {decision.principal === '' ? 'no valid signature' : 'signature verified'} · {doors[decision.frontDoor]}{' '}
                · <Ago at={decision.registeredAt} />
                {decision.refusalReason !== '' && <> · {decision.refusalReason}</>}
              </p>
            </div>
          </li>
        ))}
      </ul>
    </Section>
  );
}

function Counting({ decision, policyDigest }: { readonly decision: Decision } & Pick<Shown, 'policyDigest'>) {
  if (!decision.accepted)
    return (
      <Mark tone="bad" shape="cross">
        refused
      </Mark>
    );
  if (decision.verb === DecisionVerb.APPROVE && decision.policyDigest !== policyDigest)
    return (
      <Mark tone="wait" shape="dash">
        void: other gates now
      </Mark>
    );
  return (
    <Mark tone="good" shape="check">
      counts
    </Mark>
  );
}
