import { useQuery } from '@connectrpc/connect-query';
import { IdentityService, PrincipalKind } from '#gen/governance/v1/identity_service_pb.js';
import { Command } from '../parts/copy.js';
import { Loading, ProblemNote } from '../parts/notes.js';
import { Section } from '../parts/screen.js';
import css from '../parts/rows.module.css';

/** Everybody whom this system knows, and what they may do. */
export function People() {
  const { data, error, isPending } = useQuery(IdentityService.method.listPrincipals, {});
  return (
    <Section title="People, agents and services" aside={<Command command="lane principal list" />}>
      {error !== null && <ProblemNote error={error} />}
      {isPending && <Loading what="the people" rows={2} />}
      <ul className={css['list']}>
        {data?.principals.map(({ name, displayName, kind, roles, keys }) => (
          <li key={name}>
            <div className={css['grow']}>
              <p>
                <strong>{name}</strong> {displayName !== name && displayName}
                <span className={css['tag']}>
                  {kind === PrincipalKind.PERSON ? 'human' : PrincipalKind[kind].toLowerCase()}
                </span>
              </p>
              <p className={css['small']}>
                {roles.join(', ') || 'no roles'} · {keys.length} {keys.length === 1 ? 'key' : 'keys'}
              </p>
            </div>
          </li>
        ))}
      </ul>
    </Section>
  );
}
