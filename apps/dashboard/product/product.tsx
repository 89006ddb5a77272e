import { useQuery } from '@connectrpc/connect-query';
import { getRouteApi } from '@tanstack/react-router';
import { DecisionService } from '#gen/governance/v1/decision_service_pb.js';
import { ProductService } from '#gen/release/v1/product_service_pb.js';
import { LaneActions } from '../decision/lane-actions.js';
import { Command } from '../parts/copy.js';
import { At } from '../parts/instant.js';
import { Loading, ProblemNote } from '../parts/notes.js';
import { Fields, Screen, Section } from '../parts/screen.js';
import { Matrix } from './matrix.js';
import { Releases } from './releases.js';

const route = getRouteApi('/framed/products/$product');

/** One product: its bundles in its lanes, its releases, and what can be taken back. */
export default function Product() {
  const { product: name } = route.useParams();
  const { data, error, isPending, refetch } = useQuery(ProductService.method.getProduct, { name });
  const { data: rollbacks } = useQuery(DecisionService.method.listLaneActions, {
    of: { case: 'product', value: name },
  });
  return (
    <Screen title={name} aside={<Command command={`lane status ${name}`} />}>
      {error !== null && <ProblemNote error={error} onRetry={() => void refetch()} />}
      {isPending && <Loading what="the product" />}
      {data !== undefined && (
        <>
          <Section title="Bundles in lanes">
            <Matrix product={name} />
          </Section>
          <Section title="Roll back">
            <LaneActions actions={rollbacks?.actions ?? []} />
          </Section>
          <Section title="Releases" aside={<Command command={`lane get releases --product ${name}`} />}>
            <Releases product={name} />
          </Section>
          <Section title="Registration">
            <Fields
              rows={[
                ['Repository', data.product?.repository ?? ''],
                ['Since', <At key="since" at={data.product?.createdAt} />],
              ]}
            />
          </Section>
        </>
      )}
    </Screen>
  );
}
