import { useQuery } from '@connectrpc/connect-query';
import { Link } from '@tanstack/react-router';
import { ReleaseState } from '#gen/release/v1/release_pb.js';
import { ReleaseService } from '#gen/release/v1/release_service_pb.js';
import { shortId } from '../../../core/ids.js';
import type { Words } from '../../../core/policy/words-of-profile.js';
import { ShortId } from '../parts/copy.js';
import { Ago } from '../parts/instant.js';
import { Mark, type Shape, type Tone } from '../parts/mark.js';
import { Empty, Loading, ProblemNote, sentence } from '../parts/notes.js';
import css from './product.module.css';
import { Steps } from './steps.js';

const states: Readonly<Record<ReleaseState, readonly [Tone, Shape]>> = {
  [ReleaseState.UNSPECIFIED]: ['plain', 'dash'],
  [ReleaseState.RUNNING]: ['move', 'arrow'],
  [ReleaseState.SEALED]: ['good', 'check'],
  [ReleaseState.FAILED]: ['bad', 'cross'],
};

/** The releases of a product, the newest first; one that runs shows its steps. */
export function Releases({ product, words }: { readonly product: string; readonly words: Words }) {
  const { data, error, isPending } = useQuery(ReleaseService.method.listReleases, { product, pageSize: 20 });
  if (error !== null) return <ProblemNote error={error} />;
  if (isPending) return <Loading what="the releases" rows={2} />;
  if (data.releases.length === 0) return <Empty title="Nothing has been released yet" />;
  return (
    <ul className={css['releases']}>
      {data.releases.map((release) => (
        <li key={release.id}>
          <div className={css['release']}>
            <Mark tone={states[release.state][0]} shape={states[release.state][1]}>
              {ReleaseState[release.state]}
            </Mark>
            <ShortId id={release.revision} what="revision" />
            {release.bundleDigest !== '' && (
              <Link to="/bundles/$bundle" params={{ bundle: release.bundleDigest }}>
                {words.one('bundle')} <code>{shortId(release.bundleDigest)}</code>
              </Link>
            )}
            <span className={css['small']}>
              <Ago at={release.createdAt} />
            </span>
          </div>
          {release.error !== undefined && (
            <p className={css['trouble']}>
              {sentence(release.error.message)}
              {release.error.why !== '' && `: ${release.error.why}`}
            </p>
          )}
          {release.state === ReleaseState.RUNNING && <Steps releaseId={release.id} />}
        </li>
      ))}
    </ul>
  );
}
