import { useQuery } from '@connectrpc/connect-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { lazy, Suspense } from 'react';
import { shortId } from '../../../core/ids.js';
import { seen } from '../../../core/unseen.js';
import {
  DocumentKind,
  GovernanceService,
  PolicyState,
  type PolicyVersion,
} from '#gen/governance/v1/governance_service_pb.js';
import { Command, ShortId } from '../parts/copy.js';
import { At } from '../parts/instant.js';
import { Empty, Loading, ProblemNote } from '../parts/notes.js';
import rows from '../parts/rows.module.css';
import { Fields, Screen, Section } from '../parts/screen.js';
import { GateChanges } from './gate-changes.js';
import css from './policy.module.css';
import { TextDiff } from './text-diff.js';
import { documentOf, nameOf, stateOf } from './version-words.js';

/** Fetched after the rest: the tests are run when somebody looks. */
const VersionTests = lazy(() => import('./tested-version.js').then((module) => ({ default: module.VersionTests })));

const route = getRouteApi('/framed/policies/$version');

/** One version: where it stands, who has signed what, what it changes, and its text. */
export default function PolicyVersionScreen() {
  const { version: asked } = route.useParams();
  const { data, error, isPending } = useQuery(GovernanceService.method.getPolicyVersion, { version: asked });
  const version = data?.version;
  const previous = version?.previous ?? '';
  const before = useQuery(
    GovernanceService.method.getPolicyVersion,
    { version: previous },
    { enabled: previous !== '' },
  );
  if (version === undefined)
    return (
      <Screen title="Version of a policy">
        {error !== null && <ProblemNote error={error} />}
        {isPending && <Loading what="the version" rows={4} />}
      </Screen>
    );
  const diffed = `${shortId(previous)} ${shortId(version.digest)}`;
  const title = `${documentOf(version)}, version ${String(version.version)}`;
  return (
    <Screen title={title} aside={<Next version={version} />}>
      <Section title="Where it stands">
        <div className={rows['pad']}>
          <Fields
            rows={[
              ['State', stateOf(version)],
              ['Digest', <ShortId key="digest" id={version.digest} what="digest of the version" />],
              [
                'Follows',
                previous === '' ? (
                  'nothing: it is the first'
                ) : (
                  <Link key="previous" to="/policies/$version" params={{ version: previous }}>
                    {before.data?.version === undefined ? shortId(previous) : nameOf(before.data.version)}
                  </Link>
                ),
              ],
            ]}
          />
        </div>
        <ul className={rows['list']}>
          {version.author === '' && <li>installed; its digest is pinned outside of the database</li>}
          {version.acts.map(({ verb, principal, registeredAt, comment }) => (
            <li key={`${verb} ${principal}`}>
              <div className={rows['grow']}>
                <p>
                  <strong>{principal}</strong> signed: {verb}
                  {comment !== '' && ` (${seen(comment)})`}
                </p>
                <p className={rows['small']}>
                  <At at={registeredAt} />
                </p>
              </div>
            </li>
          ))}
        </ul>
      </Section>
      {before.error !== null && <ProblemNote error={before.error} />}
      {data !== undefined && data.gateChanges.length > 0 && (
        <Section title="What changes" aside={<Command command={`lane policy diff ${diffed}`} />}>
          <GateChanges changes={data.gateChanges} />
        </Section>
      )}
      {before.data !== undefined && (
        <Section title="What it changes in the text" aside={<Command command={`lane policy diff ${diffed} --text`} />}>
          <TextDiff before={before.data.text} after={data?.text ?? ''} />
        </Section>
      )}
      <TestsOf version={version} tests={data?.tests ?? ''} />
      <Section title="Text" aside={<Command command={`lane policy show ${shortId(version.digest)}`} />}>
        <TextDiff before={data?.text ?? ''} after={data?.text ?? ''} />
      </Section>
    </Screen>
  );
}

/** What becomes of the tests that came with the version. Only policies and profiles have some. */
function TestsOf({ version, tests }: { readonly version: PolicyVersion; readonly tests: string }) {
  if (version.kind !== DocumentKind.POLICY && version.kind !== DocumentKind.PROFILE) return null;
  if (tests === '')
    return (
      <Section title="Tests">
        <Empty title="This version has no tests">
          <p>
            Tests in {version.name}.test.yaml come with the next version when they stand beside its file {version.name}
            .yaml:
          </p>
          <Command command={`lane policy apply ${version.name}.yaml`} />
        </Empty>
      </Section>
    );
  return (
    <Section title="Tests" aside={<Command command={`lane policy test ${shortId(version.digest)}`} />}>
      <Suspense fallback={<Loading what="what becomes of the tests" rows={2} />}>
        <VersionTests version={version.digest} />
      </Suspense>
      <details className={css['part']}>
        <summary>Text of the tests</summary>
        <TextDiff before={tests} after={tests} />
      </details>
    </Section>
  );
}

/** What comes next; publishing takes a key in a file, which no browser has. */
function Next({ version }: { readonly version: PolicyVersion }) {
  const id = shortId(version.digest);
  if (version.state === PolicyState.PENDING_APPROVAL)
    return (
      <Command command={`lane policy publish ${id}`} label={`Somebody other than ${version.author} publishes it`} />
    );
  if (version.state === PolicyState.DRAFT)
    return <Command command={`lane policy submit ${id}`} label={`${version.author} has it published`} />;
  if (version.state === PolicyState.OVERTAKEN)
    return (
      <Command
        command="lane policy apply FILE"
        label="It cannot be published. To draft it again from what is in force"
      />
    );
  return null;
}
