import { useQuery } from '@connectrpc/connect-query';
import { getRouteApi } from '@tanstack/react-router';
import { Fragment } from 'react';
import { DecisionService } from '#gen/governance/v1/decision_service_pb.js';
import { ProductService } from '#gen/release/v1/product_service_pb.js';
import { PromotionService } from '#gen/release/v1/promotion_service_pb.js';
import { wordsOfProfileInEffect } from '../../../core/policy/profile-in-effect.js';
import { wordsFrom } from '../../../core/policy/words-of-profile.js';
import { LaneActions } from '../decision/lane-actions.js';
import { Command } from '../parts/copy.js';
import { At } from '../parts/instant.js';
import { Loading, ProblemNote } from '../parts/notes.js';
import { Fields, Screen, Section } from '../parts/screen.js';
import { Banners } from '../restriction/banners.js';
import { StopButton } from '../restriction/stop-button.js';
import { panelsOf } from './panels.js';
import css from './product.module.css';

const route = getRouteApi('/framed/products/$product');

/** One product: its bundles in its lanes, its releases, and what can be taken back. */
export default function Product() {
  const { product: name } = route.useParams();
  const { data, error, isPending, refetch } = useQuery(ProductService.method.getProduct, { name });
  const { data: rollbacks } = useQuery(DecisionService.method.listLaneActions, {
    of: { case: 'product', value: name },
  });
  const { data: lanes } = useQuery(PromotionService.method.listLanes, { product: name });
  const panels = panelsOf(name, wordsFrom(data?.profile?.lexicon ?? []), data?.profile?.dashboards ?? []);
  return (
    <Screen
      title={name}
      heading={
        <>
          <span>{name}</span>
          {data?.profile !== undefined && data.profile.name !== '' && (
            <span className={css['profile']}>{data.profile.title}</span>
          )}
        </>
      }
      aside={
        <>
          <StopButton product={name} />
          <Command command={`lane status ${name}`} />
        </>
      }
    >
      <Banners lanes={lanes?.lanes ?? []} />
      {error !== null && <ProblemNote error={error} onRetry={() => void refetch()} />}
      {isPending && <Loading what="the product" />}
      {data !== undefined && (
        <>
          {panels.map(({ name: panel, title, aside, body }, index) => (
            <Fragment key={panel}>
              <Section title={title} aside={aside}>
                {body}
              </Section>
              {/* What can be taken back stays near the top, whatever comes first. */}
              {index === 0 && (
                <Section title="Roll back">
                  <LaneActions actions={rollbacks?.actions ?? []} />
                </Section>
              )}
            </Fragment>
          ))}
          <Section title="Registration">
            <Fields
              rows={[
                ['Repository', data.product?.repository ?? ''],
                ['Since', <At key="since" at={data.product?.createdAt} />],
                ['Methodology profile', wordsOfProfileInEffect(data.profile)],
              ]}
            />
          </Section>
        </>
      )}
    </Screen>
  );
}
