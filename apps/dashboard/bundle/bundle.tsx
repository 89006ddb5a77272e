import { useQuery } from '@connectrpc/connect-query';
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router';
import { lazy, Suspense } from 'react';
import { DecisionVerb } from '#gen/governance/v1/decision_pb.js';
import { DecisionService, type LaneAction } from '#gen/governance/v1/decision_service_pb.js';
import type { ReleaseBundle } from '#gen/release/v1/bundle_pb.js';
import { BundleService } from '#gen/release/v1/bundle_service_pb.js';
import { PromotionService } from '#gen/release/v1/promotion_service_pb.js';
import { shortId } from '../../../core/ids.js';
import type { Words } from '../../../core/policy/words-of-profile.js';
import { Changes } from '../decision/facts-view.js';
import { LaneActions } from '../decision/lane-actions.js';
import { Command, ShortId } from '../parts/copy.js';
import { Ago, At, Since } from '../parts/instant.js';
import { LaneName } from '../parts/lane-name.js';
import { Mark } from '../parts/mark.js';
import { methodologyIn } from '../parts/methodology.js';
import { Empty, Loading, Note, ProblemNote } from '../parts/notes.js';
import { Fields, Screen, Section } from '../parts/screen.js';
import { laneWord, PhaseMark } from '../parts/states.js';
import { Who } from '../parts/who.js';
import { useWords } from '../parts/words.js';
import css from './bundle.module.css';
import { Evidence } from './evidence.js';

/** Fetched after the rest: what reads signed statements is large. */
const Packages = lazy(() => import('./packages.js').then((module) => ({ default: module.Packages })));
const Provenance = lazy(() => import('./provenance.js').then((module) => ({ default: module.Provenance })));
const Verify = lazy(() => import('./verify.js').then((module) => ({ default: module.Verify })));

const route = getRouteApi('/framed/bundles/$bundle');

/** One bundle: what it is made of and from what, where it is and was, where it may go, and what proves that. */
export default function Bundle() {
  const { bundle: given } = route.useParams();
  const { data, error, isPending, refetch } = useQuery(BundleService.method.getBundle, { bundle: given });
  const words = useWords(data?.bundle?.product ?? '');
  if (data?.bundle === undefined)
    return (
      <Screen title="Bundle">
        {error !== null && <ProblemNote error={error} onRetry={() => void refetch()} />}
        {isPending && <Loading what="the bundle" />}
      </Screen>
    );
  const { bundle } = data;
  return (
    <Screen
      title={`${words.One('bundle')} ${shortId(bundle.digest)} of ${bundle.product}`}
      heading={
        <>
          <span>
            {words.One('bundle')} <code>{shortId(bundle.digest)}</code> of{' '}
            <Link to="/products/$product" params={{ product: bundle.product }}>
              {bundle.product}
            </Link>
          </span>
          {bundle.liveLanes.map((lane) => (
            <LaneName key={lane} lane={lane} />
          ))}
          {bundle.recall !== undefined && (
            <Mark tone="bad" shape="back">
              recalled
            </Mark>
          )}
        </>
      }
      aside={<Command command={`lane bundle show ${shortId(bundle.digest)}`} />}
    >
      <p className={css['subject']}>{bundle.subject}</p>
      <Recalled bundle={bundle} />
      <Section title="Where it can go">
        <Lanes bundle={bundle} />
      </Section>
      <Section title="From what it was made">
        <Fields
          rows={[
            ['Digest', <ShortId key="digest" id={bundle.digest} what="bundle digest" />],
            ['Commit', <ShortId key="revision" id={bundle.revision} what="revision" />],
            ['Tree', <ShortId key="tree" id={bundle.tree} what="tree" />],
            ['Author', `${bundle.authorName} <${bundle.authorEmail}>`],
            ['Repository', bundle.repository],
            ['Committed', <At key="committed" at={bundle.committedAt} />],
            ['Sealed', <At key="sealed" at={bundle.sealedAt} />],
            ['Methodology', methodologyIn(bundle) || 'not said'],
          ]}
        />
      </Section>
      <Section title="Artifacts">
        <ul className={css['list']}>
          {bundle.artifacts.map(({ kind, name, digest }) => (
            <li key={`${kind} ${name}`}>
              <span className={css['kind']}>{kind}</span>
              <strong>{name}</strong>
              <ShortId id={digest} what={`digest of ${name}`} />
            </li>
          ))}
        </ul>
      </Section>
      <Section title="What is in them">
        <Suspense fallback={<Loading what="the packages" rows={1} />}>
          <Packages evidence={data.evidence} />
        </Suspense>
      </Section>
      <Section title="How they were built">
        <Suspense fallback={<Loading what="the provenance" rows={1} />}>
          <Provenance evidence={data.evidence} />
        </Suspense>
      </Section>
      <Section title="Where it is and was">
        <History bundle={bundle} words={words} />
      </Section>
      <Section title="Compare">
        <Compare bundle={bundle} words={words} />
      </Section>
      <Section title="Evidence">
        <Suspense fallback={<Loading what="the checks" rows={1} />}>
          <Verify bundle={bundle} />
        </Suspense>
        <Evidence evidence={data.evidence} />
      </Section>
    </Screen>
  );
}

/** That it was called back, where it is live all the same, and what people do about that. */
function Recalled({ bundle: { recall, liveLanes, product, digest } }: { readonly bundle: ReleaseBundle }) {
  if (recall === undefined) return null;
  return (
    <Note tone="bad">
      <p>
        <strong>
          Recalled by <Who name={recall.by} />
        </strong>{' '}
        since <Since at={recall.since} />: {recall.reason}
      </p>
      {liveLanes.map((lane) => (
        <p key={lane}>
          It is live in <LaneName lane={lane} /> and at risk there; go back, or promote another one:{' '}
          <Command command={`lane rollback ${product} --lane ${laneWord(lane)} --reason TEXT`} label="" />
        </p>
      ))}
      <p>
        Nothing of it begins or goes on until somebody else undoes that:{' '}
        <Command command={`lane bundle recall ${shortId(digest)} --undo --reason TEXT`} label="" />
      </p>
    </Note>
  );
}

function Lanes({ bundle }: { readonly bundle: ReleaseBundle }) {
  const { data, error } = useQuery(DecisionService.method.listLaneActions, {
    of: { case: 'bundle', value: bundle.digest },
  });
  if (error !== null) return <ProblemNote error={error} />;
  const isHotfix = ({ verb }: LaneAction) => verb === DecisionVerb.HOTFIX;
  const actions = data?.actions ?? [];
  return (
    <>
      <LaneActions actions={actions.filter((action) => !isHotfix(action))} />
      <details className={css['urgent']}>
        <summary>It cannot wait</summary>
        <p className={css['why']}>
          A hotfix is judged by gates of its own, comes before what waits, and passes holds and freezes that do not name
          hotfixes.
        </p>
        <LaneActions actions={actions.filter(isHotfix)} />
      </details>
    </>
  );
}

function History({ bundle, words }: { readonly bundle: ReleaseBundle; readonly words: Words }) {
  const { data, error, isPending } = useQuery(PromotionService.method.listPromotions, {
    bundle: bundle.digest,
    pageSize: 100,
  });
  if (error !== null) return <ProblemNote error={error} />;
  if (isPending) return <Loading what={`its ${words.many('promotion')}`} rows={1} />;
  if (data.promotions.length === 0) return <Empty title={`It had no ${words.one('promotion')} yet`} />;
  return (
    <ul className={css['list']}>
      {data.promotions.map((promotion) => (
        <li key={promotion.id}>
          <span className={css['kind']}>
            <LaneName lane={promotion.lane} />
          </span>
          <Link to="/promotions/$promotion" params={{ promotion: promotion.id }}>
            <PhaseMark phase={promotion.state} />
          </Link>
          <span className={css['why']}>{promotion.reason}</span>
          <span className={css['why']}>
            <Who name={promotion.requester} /> · <Ago at={promotion.updatedAt} />
          </span>
        </li>
      ))}
    </ul>
  );
}

function Compare({ bundle, words }: { readonly bundle: ReleaseBundle; readonly words: Words }) {
  const { compare = '' } = route.useSearch();
  const navigate = useNavigate();
  const { data } = useQuery(BundleService.method.listBundles, { product: bundle.product, pageSize: 100 });
  const others = (data?.bundles ?? []).filter(({ digest }) => digest !== bundle.digest);
  return (
    <div className={css['pad']}>
      <label className={css['row']}>
        with
        <select
          aria-label={`${words.One('bundle')} to compare with`}
          value={compare}
          onChange={(event) =>
            void navigate({
              to: '/bundles/$bundle',
              params: { bundle: bundle.digest },
              search: event.target.value === '' ? {} : { compare: event.target.value },
              replace: true,
              resetScroll: false,
            })
          }
        >
          <option value="">choose a {words.one('bundle')}</option>
          {others.map(({ digest, subject, liveLanes }) => (
            <option key={digest} value={digest}>
              {shortId(digest)} {subject.slice(0, 60)}
              {liveLanes.length > 0 ? ' (live)' : ''}
            </option>
          ))}
        </select>
      </label>
      {compare !== '' && (
        <>
          <Command command={`lane bundle diff ${shortId(compare)} ${shortId(bundle.digest)}`} />
          <Changes base={compare} bundle={bundle.digest} heads={[shortId(compare), shortId(bundle.digest)]} />
        </>
      )}
    </div>
  );
}
