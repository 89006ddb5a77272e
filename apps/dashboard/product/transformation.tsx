import { useQuery } from '@connectrpc/connect-query';
import { ArtifactState, Readiness } from '#gen/transformation/v1/transformation_pb.js';
import { TransformationService } from '#gen/transformation/v1/transformation_service_pb.js';
import { wordsFrom } from '../../../core/policy/words-of-profile.js';
import { Empty, Loading, ProblemNote } from '../parts/notes.js';
import { Fields } from '../parts/screen.js';
import { useProfile } from '../parts/words.js';

/** The transformation of a product: where it stands, and what of it is accepted. */
export function TransformationOf({ product }: { readonly product: string }) {
  const words = wordsFrom(useProfile(product)?.lexicon ?? []);
  const list = useQuery(TransformationService.method.listTransformations, { product });
  const name = list.data?.transformations.find(({ retired }) => !retired)?.name ?? '';
  const one = useQuery(TransformationService.method.getTransformation, { name }, { enabled: name !== '' });
  const error = list.error ?? one.error;
  if (error !== null) return <ProblemNote error={error} />;
  if (list.isPending) return <Loading what={`the ${words.one('transformation')}`} rows={1} />;
  if (name === '') return <Empty title={`It belongs to no ${words.one('transformation')}`} />;
  const found = one.data?.transformation;
  if (found === undefined) return <Loading what={`the ${words.one('transformation')}`} rows={1} />;
  const { title, stage, cadence, milestones, timeboxes, goals, artifacts } = found;
  return (
    <Fields
      rows={[
        ['Name', title === '' ? name : `${title} (${name})`],
        ['Stage', stage],
        ['Cadence', cadence],
        ['Milestones', listed(milestones.map((each) => `${each.title}: ${wordFor(Readiness[each.readiness])}`))],
        [words.Many('timebox'), listed(timeboxes.map((each) => each.title))],
        [words.Many('goal'), listed(goals.map((each) => each.title))],
        [
          words.Many('artifact'),
          listed(artifacts.map((each) => `${each.title}: ${wordFor(ArtifactState[each.state])}`)),
        ],
      ]}
    />
  );
}

function listed(texts: readonly string[]): string {
  return texts.length === 0 ? 'none' : texts.join(' · ');
}

function wordFor(name = ''): string {
  return name.toLowerCase().replaceAll('_', ' ');
}
