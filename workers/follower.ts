import { randomUUID } from 'node:crypto';
import { messageOf } from '../core/errors.js';
import { Pacer } from './pacer.js';
import { type FollowerOptions, TenantFollower } from './tenant-follower.js';

/** Follows the log until it is stopped. */
export interface Follower {
  /** Work for a tenant was committed in this process: poll now instead of after the interval. */
  wake(tenant: string): void;
  stop(): Promise<void>;
}

/** How often new tenants are looked for. */
const tenantPauses = { minMs: 1_000, maxMs: 1_000, idleMs: 1_000, maxFailedMs: 4_000 } as const;

/**
 * Follows the log of method events of every tenant from a durable cursor: each event is handled at least once, in commit
 * order. Tenants are followed independently of each other. Several processes may run the same follower: a lease lets one
 * of them at a time follow a tenant.
 */
export function startFollower(options: FollowerOptions): Follower {
  const instance = randomUUID();
  const followers = new Map<string, { readonly follower: TenantFollower; readonly done: Promise<void> }>();
  const pacer = new Pacer(tenantPauses);
  const done = pacer.repeat(async () => {
    try {
      for (const tenant of await options.database.tenants()) {
        if (followers.has(tenant)) continue;
        const follower = new TenantFollower(options, tenant, instance);
        followers.set(tenant, { follower, done: follower.run() });
      }
      return 'idle';
    } catch (error) {
      options.onError(messageOf(error));
      return 'failed';
    }
  });
  const wake = (tenant: string): void => followers.get(tenant)?.follower.wake();
  const stopListening = options.database.listen(wake);
  return {
    wake,
    async stop() {
      await stopListening();
      pacer.stop();
      await done;
      for (const { follower } of followers.values()) follower.stop();
      await Promise.all([...followers.values()].map((each) => each.done));
    },
  };
}
