import { useQuery } from '@connectrpc/connect-query';
import { Link } from '@tanstack/react-router';
import { TransformationService } from '#gen/transformation/v1/transformation_service_pb.js';
import { Command } from '../parts/copy.js';
import { Ago } from '../parts/instant.js';
import { Empty, Loading, ProblemNote } from '../parts/notes.js';
import rows from '../parts/rows.module.css';
import { Screen, Section } from '../parts/screen.js';
import { RulesTabs } from '../parts/tabs.js';

/** The initiatives around products, those that were changed last first. */
export function Transformations() {
  const { data, error, isPending, refetch } = useQuery(TransformationService.method.listTransformations, {});
  return (
    <Screen title="Transformations">
      <RulesTabs at="transformations" />
      {error !== null && <ProblemNote error={error} onRetry={() => void refetch()} />}
      {isPending && <Loading what="the transformations" rows={4} />}
      {data?.transformations.length === 0 && (
        <Empty title="There is no transformation yet">
          <p>
            It says by which method products are made, and so how strict their policies are. Somebody puts one from a
            file: <code>lane transformation apply FILE</code>
          </p>
        </Empty>
      )}
      {data !== undefined && data.transformations.length > 0 && (
        <Section title="Changed last" aside={<Command command="lane transformation list" />}>
          <ul className={rows['list']}>
            {data.transformations.map(({ name, title, profile, stage, cadence, products, ...last }) => (
              <li key={name}>
                <div className={rows['grow']}>
                  <p>
                    <Link to="/transformations/{-$name}" params={{ name }}>
                      <strong>{title}</strong>
                    </Link>
                    <span className={rows['tag']}>{profile}</span>
                  </p>
                  <p className={rows['small']}>
                    {[name, stage, cadence].filter((text) => text !== '').join(' · ')} ·{' '}
                    {products.length === 0 ? 'no product' : products.join(', ')}
                  </p>
                </div>
                <span className={rows['small']}>
                  revision {last.revision} by {last.changedBy} <Ago at={last.changedAt} />
                </span>
              </li>
            ))}
          </ul>
        </Section>
      )}
    </Screen>
  );
}
