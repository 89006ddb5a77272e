import { useQuery } from '@connectrpc/connect-query';
import { getRouteApi, useNavigate } from '@tanstack/react-router';
import { GateService } from '#gen/governance/v1/gate_service_pb.js';
import { ProductService } from '#gen/release/v1/product_service_pb.js';
import { Command } from '../parts/copy.js';
import { Loading, ProblemNote } from '../parts/notes.js';
import rows from '../parts/rows.module.css';
import { Section } from '../parts/screen.js';
import css from './policy.module.css';
import { PolicyOfLane } from './policy-of-lane.js';

const route = getRouteApi('/framed/policies');

/** What a promotion of a product that is requested now is measured against, and where each of its values is written. */
export function PoliciesInForce() {
  const { product: asked = '' } = route.useSearch();
  const navigate = useNavigate();
  const { data: known } = useQuery(ProductService.method.listProducts, {});
  const product = asked === '' ? (known?.products[0]?.name ?? '') : asked;
  const { data, error, isPending } = useQuery(
    GateService.method.listPolicies,
    { product },
    { enabled: product !== '' },
  );
  return (
    <Section
      title="What applies to a product"
      aside={product !== '' && <Command command={`lane get policy --product ${product}`} />}
    >
      <div className={rows['pad']}>
        {product === '' ? (
          <p>There is no product yet.</p>
        ) : (
          <label className={css['for']}>
            for
            <select
              aria-label="Product whose policies are shown"
              value={product}
              onChange={(event) =>
                void navigate({
                  to: '/policies',
                  search: { product: event.target.value },
                  replace: true,
                  resetScroll: false,
                })
              }
            >
              {known?.products.map(({ name }) => (
                <option key={name}>{name}</option>
              ))}
            </select>
          </label>
        )}
        {error !== null && <ProblemNote error={error} />}
        {product !== '' && isPending && <Loading what="the policies" />}
        {data?.policies.map((each) => (
          <PolicyOfLane key={each.policy?.digest} inForce={each} />
        ))}
      </div>
    </Section>
  );
}
