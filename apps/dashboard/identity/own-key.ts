import { createClient } from '@connectrpc/connect';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { delMany, get, keys, set } from 'idb-keyval';
import { timestampDate } from '@bufbuild/protobuf/wkt';
import { generateWebKey, webSigner, type WebKeyPair } from '../../../adapters/webcrypto/signatures.js';
import type { StatementSigner } from '../../../core/signature/ports.js';
import { SessionService } from '#gen/governance/v1/session_service_pb.js';
import { serverNow } from '../connection/clock.js';
import { transport } from '../connection/transport.js';
import { usePerson } from './person.js';

/** The key that this browser holds for whoever is signed in. */
export interface OwnKey {
  /** `made`: it waits to be enrolled. `ended`: it was revoked, or its time is over. */
  readonly state: 'unknown' | 'none' | 'made' | 'enrolled' | 'ended';
  readonly keyId: string;
  /** Only of a key that counts. */
  readonly signer?: StatementSigner;
}

/** The key of this browser, and how it stands with the server. */
export function useOwnKey(): OwnKey {
  const { person, tenant } = usePerson();
  const name = person?.name ?? '';
  const { data: signer } = useQuery({
    queryKey: ['own-key', tenant, name],
    queryFn: () => ownSigner(tenant, name),
    enabled: name !== '',
    staleTime: Infinity,
  });
  if (person === undefined || signer === undefined) return { state: 'unknown', keyId: '' };
  if (signer === null) return { state: 'none', keyId: '' };
  const { keyId } = signer;
  const enrolled = person.keys.find((key) => key.keyId === keyId);
  if (enrolled === undefined) return { state: 'made', keyId };
  const isOver = enrolled.validUntil !== undefined && timestampDate(enrolled.validUntil) <= serverNow();
  return isOver ? { state: 'ended', keyId } : { state: 'enrolled', keyId, signer };
}

/**
 * Makes a key that no script can read, not even this one, and offers it to be enrolled.
 * @returns a function that does so for whoever is signed in
 */
export function useMakeKey(): () => Promise<void> {
  const { person, tenant } = usePerson();
  const queries = useQueryClient();
  return async () => {
    if (person === undefined) return;
    await set(placeOf(tenant, person.name), await generateWebKey());
    await queries.invalidateQueries({ queryKey: ['own-key'] });
    await offerKey(tenant, person.name);
  };
}

/** Offers the key of this browser to whoever waits for it in a terminal. */
export async function offerKey(tenant: string, person: string): Promise<void> {
  const signer = await ownSigner(tenant, person);
  if (signer === null) return;
  await createClient(SessionService, transport).offerKey({ publicKeyPem: signer.publicKeyPem });
}

/**
 * Deletes the keys that this browser holds; there is no other copy of them.
 * @param but the one that stays, of whoever is signed in now
 */
export async function forgetKeys(but?: { readonly tenant: string; readonly person: string }): Promise<void> {
  const kept = but === undefined ? undefined : placeOf(but.tenant, but.person);
  const names = await keys<IDBValidKey>();
  await delMany(names.filter((name) => typeof name === 'string' && name.startsWith('key/') && name !== kept));
}

async function ownSigner(tenant: string, person: string): Promise<StatementSigner | null> {
  const pair = await get<WebKeyPair>(placeOf(tenant, person));
  return pair === undefined ? null : webSigner(pair);
}

function placeOf(tenant: string, person: string): string {
  return `key/${tenant}/${person}`;
}
