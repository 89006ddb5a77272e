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

/** Finds the caller to whom a bearer token belongs. */
export type Identify = (token: string) => Promise<Caller | undefined>;

/** The caller of an RPC; set by the authorization interceptor. */
export const callerKey = createContextKey<Caller | undefined>(undefined, { description: 'caller' });

/** The caller. @throws UNAUTHENTICATED when there is none, which only a public RPC allows */
export function requireCaller(context: Pick<HandlerContext, 'values'>): Caller {
  const caller = context.values.get(callerKey);
  if (caller === undefined) throw new LanekeeperError('UNAUTHENTICATED', { message: 'a token is required' });
  return caller;
}

/** Identifies a token by its hash, in the tenant where it is enrolled. */
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
