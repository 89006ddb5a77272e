import { createClient } from '@connectrpc/connect';
import { useMutation } from '@tanstack/react-query';
import { SessionService } from '#gen/governance/v1/session_service_pb.js';
import { pageSecret } from '../connection/page-secret.js';
import { transport } from '../connection/transport.js';
import { Button } from '../parts/button.js';
import { Command } from '../parts/copy.js';
import { Loading, ProblemNote } from '../parts/notes.js';
import { Fields, Section } from '../parts/screen.js';
import { forgetKeys } from './own-key.js';
import { usePerson } from './person.js';
import css from '../parts/rows.module.css';

/** Who is signed in. */
export function Me() {
  const { person, tenant } = usePerson();
  const { mutate, error, isPending } = useMutation({
    mutationFn: async () => {
      // First the key: whoever uses this browser next must not sign with it, whatever becomes of the session.
      await forgetKeys();
      await createClient(SessionService, transport).endSession({ id: '' });
    },
    onSuccess: () => {
      pageSecret.forget();
      location.assign('/sign-in');
    },
  });
  if (person === undefined) return <Loading what="who you are" rows={1} />;
  return (
    <Section title="You" aside={<Command command="lane whoami" />}>
      <Fields
        rows={[
          ['Name', person.displayName === person.name ? person.name : `${person.name}, ${person.displayName}`],
          ['Roles', person.roles.join(', ') || 'none'],
          ['Tenant', tenant],
          ['Addresses in commits', person.emails.join(', ') || 'none'],
        ]}
      />
      {error !== null && <ProblemNote error={error} />}
      <div className={css['row']}>
        <Button isBusy={isPending} onClick={() => mutate()}>
          Sign this browser out
        </Button>
        <p className={css['small']}>It also forgets the key of this browser, which nobody can then use any more.</p>
      </div>
    </Section>
  );
}
