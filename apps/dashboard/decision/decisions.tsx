import { useQuery } from '@connectrpc/connect-query';
import { FrontDoor } from '#gen/governance/v1/decision_pb.js';
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

/** What people have signed about a promotion, and whether it counts. */
export function Decisions({ promotionId }: { readonly promotionId: string }) {
  const { data, error, isPending } = useQuery(DecisionService.method.listDecisions, { promotionId, pageSize: 100 });
  return (
    <Section title="Decisions">
      {error !== null && <ProblemNote error={error} />}
      {isPending && <Loading what="the decisions" rows={1} />}
      {data?.decisions.length === 0 && <Empty title="Nobody has decided anything yet" />}
      <ul className={css['decisions']}>
        {data?.decisions.map((decision) => (
          <li key={decision.id}>
            {decision.accepted ? (
              <Mark tone="good" shape="check">
                counts
              </Mark>
            ) : (
              <Mark tone="bad" shape="cross">
                refused
              </Mark>
            )}
            <div>
              <p>
                <strong>{decision.principal === '' ? 'nobody known' : decision.principal}</strong>:{' '}
                {verbName(decision.verb)}
                {decision.comment !== '' && <> – “{decision.comment}”</>}
              </p>
              <p className={css['small']}>
                {decision.attestationId === '' ? 'no valid signature' : 'signature verified'} ·{' '}
                {doors[decision.frontDoor]} · <Ago at={decision.registeredAt} />
                {decision.refusalReason !== '' && <> · {decision.refusalReason}</>}
              </p>
            </div>
          </li>
        ))}
      </ul>
    </Section>
  );
}
