import { createContextKey, type HandlerContext } from '@connectrpc/connect';
import { LanekeeperError } from '../../../core/errors.js';
import { digestOf } from '../../../core/hash.js';
import { tenantOfToken } from '../../../core/identity/token.js';
import type { Database } from '../../../store/database.js';
import { principalOfToken, type StoredPrincipal } from '../../../store/identity/read.js';
import { principalOfSession } from '../../../store/session/read.js';
import { markSeen } from '../../../store/session/write.js';
import type { Credentials } from './credentials.js';

/** Who calls, as enrolled. */
export interface Caller {
  readonly tenant: string;
  readonly principal: StoredPrincipal;
  /** The id of the session, if a page calls. */
  readonly session?: string;
}

/** Finds the caller to whom credentials belong. @param isAttended whether somebody at a browser has caused the call */
export type Identify = (credentials: Credentials, isAttended?: boolean) => Promise<Caller | undefined>;

/** The caller of an RPC; set by the authorization interceptor. */
export const callerKey = createContextKey<Caller | undefined>(undefined, { description: 'caller' });

/** The caller. @throws UNAUTHENTICATED when there is none, which only a public RPC allows */
export function requireCaller(context: Pick<HandlerContext, 'values'>): Caller {
  const caller = context.values.get(callerKey);
  if (caller === undefined) throw new LanekeeperError('UNAUTHENTICATED', { message: 'a token is required' });
  return caller;
}

/** Identifies credentials by their hashes, in the tenant that they name: one look-up, whatever they look like. */
export function identifyBy(database: Database): Identify {
  return (credentials, isAttended = false) =>
    credentials.kind === 'token'
      ? identifyToken(database, credentials.token)
      : identifySession(database, credentials, isAttended);
}

async function identifyToken(database: Database, token: string): Promise<Caller | undefined> {
  const tenant = tenantOfToken(token);
  const principal = await database.transaction(tenant, (tx) => principalOfToken(tx, digestOf(token)));
  return principal && { tenant, principal };
}

async function identifySession(
  database: Database,
  { cookies, page }: Extract<Credentials, { kind: 'session' }>,
  isAttended: boolean,
): Promise<Caller | undefined> {
  for (const cookie of cookies) {
    const tenant = tenantOfToken(cookie);
    const caller = await database.transaction(tenant, async (tx) => {
      const found = await principalOfSession(tx, { cookieHash: digestOf(cookie), pageHash: digestOf(page) });
      if (found === undefined) return undefined;
      if (isAttended && found.isDue) await markSeen(tx, found.session);
      return { tenant, principal: found.principal, session: found.session };
    });
    if (caller !== undefined) return caller;
  }
  return undefined;
}
