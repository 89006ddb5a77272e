import { useQuery } from '@connectrpc/connect-query';
import { getRouteApi, useNavigate } from '@tanstack/react-router';
import { GateService, type PolicyInForce } from '#gen/governance/v1/gate_service_pb.js';
import {
  GateType,
  PromotionKind,
  type RequiredCheck,
  Severity,
  type ValueSource,
} from '#gen/governance/v1/policy_pb.js';
import { ProductService } from '#gen/release/v1/product_service_pb.js';
import { Command, ShortId } from '../parts/copy.js';
import { LaneName } from '../parts/lane-name.js';
import { Loading, ProblemNote } from '../parts/notes.js';
import rows from '../parts/rows.module.css';
import { Section } from '../parts/screen.js';
import css from './policy.module.css';

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
          <Policy key={each.policy?.digest} inForce={each} />
        ))}
      </div>
    </Section>
  );
}

function Policy({ inForce: { policy, sources, versions, profileSource } }: { readonly inForce: PolicyInForce }) {
  if (policy === undefined) return null;
  const { digest, name, lane, kind, checks, profile } = policy;
  return (
    <details className={css['policy']}>
      <summary>
        <LaneName lane={lane} /> {kind === PromotionKind.ROLLBACK ? 'going back' : 'going in'}
        <span className={rows['small']}>
          {' '}
          {checks.length} {checks.length === 1 ? 'gate' : 'gates'} of the policy {name}
        </span>
      </summary>
      <p className={rows['small']}>
        Digest <ShortId id={digest} what="policy digest" /> · from {versions.join(', ')} ·{' '}
        {profile === '' ? 'no methodology profile' : `profile ${profile}, named by the ${profileSource}`}
      </p>
      {checks.length === 0 && <p>No gate applies.</p>}
      <ul className={css['gates']}>
        {checks.map((check) => (
          <Gate key={check.id} check={check} sources={sources.filter(({ gateId }) => gateId === check.id)} />
        ))}
      </ul>
    </details>
  );
}

function Gate({ check, sources }: { readonly check: RequiredCheck; readonly sources: readonly ValueSource[] }) {
  const { id, type, severity, message, demands } = check;
  return (
    <li>
      <p>
        <strong>{id}</strong>
        <span className={rows['tag']}>{GateType[type].toLowerCase().replaceAll('_', ' ')}</span>
        {severity === Severity.ADVISORY && <span className={rows['tag']}>advises, and holds nothing</span>}
      </p>
      {message !== '' && <p className={rows['small']}>{message}</p>}
      <ul className={css['demands']}>
        {demands.map(({ term, words }) => (
          <li key={term}>
            <span className={rows['small']}>{term}</span> {term === 'rule' ? <code>{words}</code> : words}
          </li>
        ))}
      </ul>
      <details>
        <summary className={rows['small']}>What it asks for, and where that is written</summary>
        <table className={css['values']}>
          <thead>
            <tr>
              <th scope="col">Value</th>
              <th scope="col">Is</th>
              <th scope="col">From</th>
            </tr>
          </thead>
          <tbody>
            {sources.map(({ field, value, file, line, override }) => (
              <tr key={field}>
                <th scope="row">{field}</th>
                <td>
                  <code>{value}</code>
                </td>
                <td>
                  {file === '' ? 'default' : `${file}:${String(line)}`}
                  {override !== '' && `, override ${override}`}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </details>
    </li>
  );
}
