import { useQuery } from '@connectrpc/connect-query';
import { Link } from '@tanstack/react-router';
import { DecisionService } from '#gen/governance/v1/decision_service_pb.js';
import { shortId } from '../../../core/ids.js';
import { Ago } from '../parts/instant.js';
import { LaneName } from '../parts/lane-name.js';
import { Empty, Loading, ProblemNote } from '../parts/notes.js';
import css from './product.module.css';

/** What of a product waits for people, and for whom. */
export function Approvals({ product }: { readonly product: string }) {
  const { data, error, isPending } = useQuery(DecisionService.method.listPendingApprovals, { all: true });
  if (error !== null) return <ProblemNote error={error} />;
  if (isPending) return <Loading what="what waits for people" rows={1} />;
  const cases = data.cases.filter((one) => one.product === product);
  if (cases.length === 0) return <Empty title="Nothing waits for people" />;
  return (
    <ul className={css['releases']}>
      {cases.map(({ id, promotionId, bundleDigest, lane, gateId, missing, openedAt, waitsForMe }) => (
        <li key={id}>
          <div className={css['release']}>
            <LaneName lane={lane} />
            <Link to="/promotions/$promotion" params={{ promotion: promotionId }}>
              <code>{shortId(bundleDigest)}</code>
            </Link>
            <strong>{gateId}</strong>
            <span className={css['small']}>
              {waitsForMe && 'for you, '}
              <Ago at={openedAt} />
            </span>
          </div>
          <p className={css['missing']}>{missing}</p>
        </li>
      ))}
    </ul>
  );
}
