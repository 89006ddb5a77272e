import { createClient } from '@connectrpc/connect';
import { useQuery } from '@connectrpc/connect-query';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { SessionService } from '#gen/governance/v1/session_service_pb.js';
import { transport } from '../connection/transport.js';
import { announce } from '../parts/announcer.js';
import { Button } from '../parts/button.js';
import { Command } from '../parts/copy.js';
import { Ago, Until } from '../parts/instant.js';
import { Loading, ProblemNote } from '../parts/notes.js';
import { Section } from '../parts/screen.js';
import css from '../parts/rows.module.css';

/** The browsers that are signed in, each of which can be signed out. */
export function Sessions() {
  const queries = useQueryClient();
  const { data, error, isPending } = useQuery(SessionService.method.listSessions, {});
  const end = useMutation({
    mutationFn: (id: string) => createClient(SessionService, transport).endSession({ id }),
    onSuccess: () => announce('the session has ended'),
    onSettled: () => queries.invalidateQueries(),
  });
  return (
    <Section title="Browsers that are signed in" aside={<Command command="lane sessions list" />}>
      {error !== null && <ProblemNote error={error} />}
      {end.error !== null && <ProblemNote error={end.error} />}
      {isPending && <Loading what="the sessions" rows={1} />}
      <ul className={css['list']}>
        {data?.sessions.map(({ id, principal, browser, createdAt, seenAt, endsAt, isThis }) => (
          <li key={id}>
            <div className={css['grow']}>
              <p>
                <strong>{principal}</strong>
                {isThis && <span className={css['tag']}>this one</span>}
              </p>
              <p className={css['small']}>{browser}</p>
              <p className={css['small']}>
                since <Ago at={createdAt} /> · last used <Ago at={seenAt} /> · ends <Until at={endsAt} />
              </p>
            </div>
            {!isThis && (
              <Button kind="danger" isBusy={end.isPending} onClick={() => end.mutate(id)}>
                Sign out
              </Button>
            )}
          </li>
        ))}
      </ul>
    </Section>
  );
}
