import { useQuery } from '@connectrpc/connect-query';
import { Link } from '@tanstack/react-router';
import { GateService } from '#gen/governance/v1/gate_service_pb.js';
import type { Transformation } from '#gen/transformation/v1/transformation_pb.js';
import { Loading, ProblemNote } from '../parts/notes.js';
import rows from '../parts/rows.module.css';
import { Section } from '../parts/screen.js';

/** Of how many products the profile is looked up that applies to them. */
const lookedUp = 20;

/** The products that belong to a transformation, each with the profile by which it is judged. */
export function Products({ transformation: { name, products, retired } }: { readonly transformation: Transformation }) {
  return (
    <Section title="Products">
      {products.length === 0 ? (
        <p className={rows['pad']}>No product belongs to it.</p>
      ) : (
        <ul className={rows['list']}>
          {products.slice(0, lookedUp).map((product) => (
            <li key={product}>
              <div className={rows['grow']}>
                <ProductLink product={product} />
              </div>
              {!retired && <EffectiveProfile product={product} transformation={name} />}
            </li>
          ))}
        </ul>
      )}
      {products.length > lookedUp && (
        <p className={rows['links']}>
          {products.slice(lookedUp).map((product) => (
            <ProductLink key={product} product={product} />
          ))}
        </p>
      )}
    </Section>
  );
}

function ProductLink({ product }: { readonly product: string }) {
  return (
    <Link to="/products/$product" params={{ product }}>
      <strong>{product}</strong>
    </Link>
  );
}

function EffectiveProfile({ product, transformation }: { readonly product: string; readonly transformation: string }) {
  const { data, error, isPending } = useQuery(GateService.method.listPolicies, { product });
  if (error !== null) return <ProblemNote error={error} />;
  if (isPending) return <Loading what="the profile" rows={1} />;
  const [first] = data.policies;
  const prefix = 'transformation/';
  const source = first?.versions.find((version) => version.startsWith(prefix))?.slice(prefix.length);
  const counts = source?.slice(0, source.lastIndexOf('@'));
  return (
    <span className={rows['small']}>
      <Link to="/policies" search={{ product }}>
        profile {first?.policy?.profile || 'none'}
      </Link>
      {counts !== undefined && counts !== transformation && (
        <>
          , as{' '}
          <Link to="/transformations/{-$name}" params={{ name: counts }}>
            {counts}
          </Link>{' '}
          has it, which was put later
        </>
      )}
    </span>
  );
}
