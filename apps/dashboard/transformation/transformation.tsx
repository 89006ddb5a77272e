import { useQuery } from '@connectrpc/connect-query';
import { TransformationService } from '#gen/transformation/v1/transformation_service_pb.js';
import { Command } from '../parts/copy.js';
import { At } from '../parts/instant.js';
import { Loading, Note, ProblemNote } from '../parts/notes.js';
import { Fields, Screen, Section } from '../parts/screen.js';
import { RulesTabs } from '../parts/tabs.js';
import { Artifacts } from './artifacts.js';
import { History } from './history.js';
import { Goals, Milestones, Timeboxes } from './plan.js';
import { Products } from './products.js';

/** One transformation: where it stands, what it wants, what it has made, for which products it counts, who changed it. */
export function Transformation({ name }: { readonly name: string }) {
  const { data, error, isPending, refetch } = useQuery(TransformationService.method.getTransformation, { name });
  const one = data?.transformation;
  return (
    <Screen
      title={one?.title ?? 'Transformation'}
      aside={one !== undefined && <Command command={`lane transformation show ${name}`} />}
    >
      <RulesTabs at="transformations" />
      {error !== null && <ProblemNote error={error} onRetry={() => void refetch()} />}
      {isPending && <Loading what="the transformation" rows={4} />}
      {one?.retired === true && <Note tone="wait">It is retired, and counts for no product.</Note>}
      {one !== undefined && (
        <>
          <Section title="Where it stands">
            <Fields
              rows={[
                ['Stage', one.stage || 'none'],
                ['Cadence', one.cadence || 'none'],
                ['Methodology profile', one.profile],
                ['Team', one.team || 'none'],
                ['Organization', one.organization || 'none'],
                [
                  'Newest revision',
                  <span key="revision">
                    {one.revision} by {one.changedBy}, <At at={one.changedAt} />
                  </span>,
                ],
              ]}
            />
          </Section>
          <Milestones milestones={one.milestones} />
          <Timeboxes timeboxes={one.timeboxes} />
          <Goals goals={one.goals} timeboxes={one.timeboxes} />
          <Artifacts artifacts={one.artifacts} timeboxes={one.timeboxes} />
          <Products transformation={one} />
          <History name={name} />
        </>
      )}
    </Screen>
  );
}
