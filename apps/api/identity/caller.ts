import { createContextKey, type HandlerContext } from '@connectrpc/connect';
import { LanekeeperError } from '../../../core/errors.js';
import { digestOf } from '../../../core/hash.js';
import type { Database } from '../../../store/database.js';
import { principalOfToken, type StoredPrincipal } from '../../../store/identity/read.js';

/** Who calls, and for which tenant. */
export interface Caller {
  readonly tenant: string;
  readonly principal: StoredPrincipal;
}

/** Finds out who a bearer token belongs to. */
export type Identify = (token: string) => Promise<Caller | undefined>;

/** The caller of an RPC; set by the authorization interceptor. */
export const callerKey = createContextKey<Caller | undefined>(undefined, { description: 'caller' });

/** The caller. @throws UNAUTHENTICATED where the RPC's rule lets everybody in */
export function requireCaller(context: Pick<HandlerContext, 'values'>): Caller {
  const caller = context.values.get(callerKey);
  if (caller === undefined) throw new LanekeeperError('UNAUTHENTICATED', { message: 'a token is needed' });
  return caller;
}

/** Tokens are known by their hashes, in the tenant that they were enrolled in. */
export function identifyByToken(database: Database): Identify {
  return async (token) => {
    const tokenHash = digestOf(token);
    for (const tenant of await database.tenants()) {
      const principal = await database.transaction(tenant, (tx) => principalOfToken(tx, tokenHash));
      if (principal !== undefined) return { tenant, principal };
    }
    return undefined;
  };
}
