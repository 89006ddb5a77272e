import { createClient } from '@connectrpc/connect';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { useEffect, useRef } from 'react';
import { SessionService } from '#gen/governance/v1/session_service_pb.js';
import { pageSecret, useHasSecret } from '../connection/page-secret.js';
import { transport } from '../connection/transport.js';
import { Command } from '../parts/copy.js';
import { Loading, Note, ProblemNote } from '../parts/notes.js';
import { Screen } from '../parts/screen.js';
import { offerKey, useMakeKey, useOwnKey } from './own-key.js';
import { usePerson } from './person.js';
import css from './sign-in.module.css';

/** Signs this browser in with the code in the address, and has it make a key. */
export default function SignIn() {
  const queries = useQueryClient();
  const begun = useRef(false);
  const hasSecret = useHasSecret();
  const { mutate, error, isPending, isSuccess } = useMutation({
    mutationFn: (code: string) => createClient(SessionService, transport).signIn({ code }),
    onSuccess: async ({ pageSecret: secret }) => {
      pageSecret.keep(secret);
      await queries.resetQueries();
    },
  });
  useEffect(() => {
    const code = location.hash.slice(1);
    if (begun.current || code === '') return;
    begun.current = true;
    // The code counts once; nobody who looks at the history of this browser needs to see it.
    history.replaceState(null, '', '/sign-in');
    mutate(code);
  }, [mutate]);
  return (
    <Screen title="Sign in">
      <div className={css['column']}>
        {isPending && <Loading what="the session" rows={1} />}
        {error !== null && (
          <>
            <ProblemNote error={error} />
            <p>A link signs one browser in, once, within two minutes. Make another one:</p>
            <Command command="lane dashboard" />
          </>
        )}
        {error === null && !isPending && (hasSecret || isSuccess ? <KeyStep /> : <HowTo />)}
      </div>
    </Screen>
  );
}

function HowTo() {
  return (
    <>
      <p>This browser is signed in from a terminal, as whoever you are there:</p>
      <Command command="lane dashboard" />
      <p>For another browser or machine, print the link:</p>
      <Command command="lane dashboard --print" />
    </>
  );
}

/** Has the browser make a key, shows its fingerprint, and goes on once it is enrolled. */
function KeyStep() {
  const { person, tenant } = usePerson();
  const { state, keyId } = useOwnKey();
  const makeKey = useMakeKey();
  const navigate = useNavigate();
  const { mutate, error } = useMutation({ mutationFn: makeKey });
  const name = person?.name;
  useEffect(() => {
    if (state === 'none' || state === 'ended') mutate();
    if (state === 'enrolled' && name !== undefined)
      void offerKey(tenant, name).finally(() => navigate({ to: '/lanes', replace: true }));
  }, [state, name, tenant, mutate, navigate]);
  if (error !== null) return <ProblemNote error={error} onRetry={() => mutate()} />;
  if (name === undefined || state !== 'made') return <Loading what="your key" rows={1} />;
  return (
    <>
      <p>
        You are signed in as <strong>{name}</strong>. This browser has made a key, which it gives to no script and to no
        server. With it you sign what you decide here.
      </p>
      <div className={css['fingerprint']}>
        <p className={css['label']}>Fingerprint of the key</p>
        <code>{keyId}</code>
      </div>
      <Note tone="wait">
        The terminal in which you ran <code>lane dashboard</code> asks whether this is the fingerprint. Compare them and
        agree there; this page goes on by itself.
      </Note>
      <p>
        <Link to="/lanes">Go on without it</Link>: you can look at everything, and decide nothing.
      </p>
    </>
  );
}
