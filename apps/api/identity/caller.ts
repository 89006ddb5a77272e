import { createContextKey, type HandlerContext } from '@connectrpc/connect';
import { LanekeeperError } from '../../../core/errors.js';
import { digestOf } from '../../../core/hash.js';
import { tenantOfToken } from '../../../core/identity/token.js';
import type { Database } from '../../../store/database.js';
import { principalOfToken, type StoredPrincipal } from '../../../store/identity/read.js';

/** Who calls, and for which tenant. */
export interface Caller {
  readonly tenant: string;
  readonly principal: StoredPrincipal;
}

/** Finds the caller to whom a bearer token belongs. */
export type Identify = (token: string) => Promise<Caller | undefined>;

/** The bearer token in a header. */
export function tokenOf(header: string | null): string | undefined {
  return /^Bearer ([\x21-\x7e]{1,512})$/i.exec(header ?? '')?.[1];
}

/** The caller of an RPC; set by the authorization interceptor. */
export const callerKey = createContextKey<Caller | undefined>(undefined, { description: 'caller' });

/** The caller. @throws UNAUTHENTICATED when there is none, which only a public RPC allows */
export function requireCaller(context: Pick<HandlerContext, 'values'>): Caller {
  const caller = context.values.get(callerKey);
  if (caller === undefined) throw new LanekeeperError('UNAUTHENTICATED', { message: 'a token is required' });
  return caller;
}

/** Identifies a token by its hash, in the tenant that it names: one look-up, whatever it looks like. */
export function identifyByToken(database: Database): Identify {
  return async (token) => {
    const tenant = tenantOfToken(token);
    const principal = await database.transaction(tenant, (tx) => principalOfToken(tx, digestOf(token)));
    return principal && { tenant, principal };
  };
}
