import { useQuery } from '@connectrpc/connect-query';
import { Link } from '@tanstack/react-router';
import { GovernanceService, type PolicyVersion, PolicyState } from '#gen/governance/v1/governance_service_pb.js';
import { Command, ShortId } from '../parts/copy.js';
import { Ago } from '../parts/instant.js';
import { Loading, ProblemNote } from '../parts/notes.js';
import rows from '../parts/rows.module.css';
import { Screen, Section } from '../parts/screen.js';
import { PoliciesInForce } from './policies-in-force.js';
import { RulesTabs } from '../parts/tabs.js';
import { documentOf, publishersOf, stateOf } from './version-words.js';

/** The rules: what is in force, what waits to be published, and what applies to each product. */
export default function Policies() {
  // Each on its own: a list holds the newest 200, and no number of drafts is to hide what is in force.
  const waiting = useVersions([PolicyState.PENDING_APPROVAL, PolicyState.DRAFT]);
  const overtaken = useVersions([PolicyState.OVERTAKEN]);
  const inForce = useVersions([PolicyState.PUBLISHED]);
  const error = waiting.error ?? overtaken.error ?? inForce.error;
  const isPending = waiting.isPending || overtaken.isPending || inForce.isPending;
  return (
    <Screen title="Policies">
      <RulesTabs at="policies" />
      {error !== null && <ProblemNote error={error} />}
      {isPending && <Loading what="the policies" rows={4} />}
      {!isPending && error === null && (
        <>
          <Section
            title="Waits for somebody"
            aside={<Command command="lane policy apply FILE --submit" label="To change something" />}
          >
            {waiting.versions.length === 0 ? (
              <p className={rows['pad']}>No version is a draft, and none waits to be published.</p>
            ) : (
              <Versions versions={waiting.versions} />
            )}
          </Section>
          {overtaken.versions.length > 0 && (
            <Section
              title="Overtaken"
              aside={<Command command="lane policy apply FILE" label="To draft it again from what is in force" />}
            >
              <p className={rows['pad']}>
                Another version was published in their place, so that none of these ever can be.
              </p>
              <Versions versions={overtaken.versions} />
            </Section>
          )}
          <Section title="In force" aside={<Command command="lane policy list --in-force" />}>
            <Versions versions={inForce.versions} />
          </Section>
        </>
      )}
      <PoliciesInForce />
    </Screen>
  );
}

function useVersions(states: PolicyState[]) {
  const { data, error, isPending } = useQuery(GovernanceService.method.listPolicyVersions, { states });
  return { versions: data?.versions ?? [], error, isPending };
}

function Versions({ versions }: { readonly versions: readonly PolicyVersion[] }) {
  return (
    <ul className={rows['list']}>
      {versions.map((version) => (
        <li key={version.digest}>
          <div className={rows['grow']}>
            <p>
              <Link to="/policies/$version" params={{ version: version.digest }}>
                <strong>{documentOf(version)}</strong>, version {version.version}
              </Link>
              <span className={rows['tag']}>{stateOf(version)}</span>
            </p>
            <p className={rows['small']}>
              {version.author === '' ? 'installed' : `drafted by ${version.author}`}
              {publishersOf(version) !== '' && `, published by ${publishersOf(version)}`}{' '}
              <Ago at={version.publishedAt ?? version.submittedAt ?? version.draftedAt} />
            </p>
          </div>
          <ShortId id={version.digest} what="digest of the version" />
        </li>
      ))}
    </ul>
  );
}
