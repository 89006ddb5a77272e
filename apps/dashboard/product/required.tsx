import { useQuery } from '@connectrpc/connect-query';
import { GateService } from '#gen/governance/v1/gate_service_pb.js';
import { Loading, ProblemNote } from '../parts/notes.js';
import rows from '../parts/rows.module.css';
import { PolicyOfLane } from '../policy/policy-of-lane.js';

/** What a promotion of a product that is requested now is measured against, lane by lane. */
export function Required({ product }: { readonly product: string }) {
  const { data, error, isPending } = useQuery(GateService.method.listPolicies, { product });
  if (error !== null) return <ProblemNote error={error} />;
  if (isPending) return <Loading what="what applies" rows={2} />;
  return (
    <div className={rows['pad']}>
      {data.policies.map((each) => (
        <PolicyOfLane key={`${String(each.policy?.lane)} ${String(each.policy?.kind)}`} inForce={each} />
      ))}
    </div>
  );
}
