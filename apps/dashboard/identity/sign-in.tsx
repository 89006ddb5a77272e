import { createClient } from '@connectrpc/connect';
import { useQuery } from '@connectrpc/connect-query';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { IdentityService } from '#gen/governance/v1/identity_service_pb.js';
import { SessionService } from '#gen/governance/v1/session_service_pb.js';
import { pageSecret, useHasSecret } from '../connection/page-secret.js';
import { transport } from '../connection/transport.js';
import { Button } from '../parts/button.js';
import { Command } from '../parts/copy.js';
import { Loading, Note, ProblemNote } from '../parts/notes.js';
import { Screen } from '../parts/screen.js';
import { forgetKeys, offerKey, useMakeKey, useOwnKey } from './own-key.js';
import { usePerson } from './person.js';
import css from './sign-in.module.css';

/** Signs this browser in with the code in the address, and has it make a key. */
export default function SignIn() {
  const queries = useQueryClient();
  const hasSecret = useHasSecret();
  const [code, setCode] = useState('');
  const { mutate, error, isPending, isSuccess } = useMutation({
    mutationFn: async (given: string) => {
      const sessions = createClient(SessionService, transport);
      // Nobody uses the session that was here any more.
      if (hasSecret) await sessions.endSession({ id: '' }).catch(() => undefined);
      return sessions.signIn({ code: given });
    },
    onSuccess: async ({ pageSecret: secret }) => {
      pageSecret.keep(secret);
      await queries.resetQueries();
    },
    onSettled: () => setCode(''),
  });
  const { isKnown, name } = useWhoIsSignedIn(hasSecret && code !== '');
  useEffect(() => {
    const take = () => {
      const given = location.hash.slice(1);
      if (given === '') return;
      // The code counts once; nobody who looks at the history of this browser needs to see it.
      history.replaceState(null, '', '/sign-in');
      setCode(given);
    };
    take();
    addEventListener('hashchange', take);
    return () => removeEventListener('hashchange', take);
  }, []);
  const isFree = isKnown && name === undefined;
  useEffect(() => {
    if (code !== '' && isFree && !isPending) mutate(code);
  }, [code, isFree, isPending, mutate]);
  if (code !== '' && name !== undefined && !isPending)
    return <Instead of={name} onYes={() => mutate(code)} onNo={() => setCode('')} />;
  return (
    <Screen title="Sign in">
      <div className={css['column']}>
        {(isPending || code !== '') && <Loading what="the session" rows={1} />}
        {error !== null && (
          <>
            <ProblemNote error={error} />
            <p>A link signs one browser in, once, within two minutes. Make another one:</p>
            <Command command="lane dashboard" />
          </>
        )}
        {error === null && !isPending && code === '' && (hasSecret || isSuccess ? <KeyStep /> : <HowTo />)}
      </div>
    </Screen>
  );
}

/** Who is signed in already, once that is known. @param isAsked whether it matters */
function useWhoIsSignedIn(isAsked: boolean): { readonly isKnown: boolean; readonly name: string | undefined } {
  const { data, isPending } = useQuery(IdentityService.method.whoAmI, {}, { enabled: isAsked, retry: false });
  return { isKnown: !isAsked || !isPending, name: isAsked ? data?.principal?.name : undefined };
}

/** Asks whoever is signed in: the link can come from anybody, and can sign this browser in as them. */
function Instead({
  of: name,
  onYes,
  onNo,
}: {
  readonly of: string;
  readonly onYes: () => void;
  readonly onNo: () => void;
}) {
  const navigate = useNavigate();
  return (
    <Screen title="Sign in">
      <div className={css['column']}>
        <p>
          This browser is signed in as <strong>{name}</strong>. The link signs it in anew, as whoever made the link: use
          it only if that is you.
        </p>
        <div className={css['choice']}>
          <Button kind="main" onClick={onYes}>
            Sign in with the link
          </Button>
          <Button
            onClick={() => {
              onNo();
              void navigate({ to: '/lanes', replace: true });
            }}
          >
            Stay signed in as {name}
          </Button>
        </div>
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
    // Keys of whoever was signed in here before: with them, the next one could sign in their name.
    if (name !== undefined) void forgetKeys({ tenant, person: name });
  }, [tenant, name]);
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
