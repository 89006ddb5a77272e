import { randomUUID } from 'node:crypto';
import { messageOf } from '../core/errors.js';
import { Pacer } from './pacer.js';
import { type DispatcherDeps, TenantFollower } from './tenant-follower.js';

/** How often new tenants are looked for. */
const tenantPauses = { minMs: 1_000, maxMs: 1_000, maxFailedMs: 4_000 } as const;

/** Signals runs after a commit. */
export interface Dispatcher {
  /** Something was committed in this process: poll now instead of after the interval. */
  wake(): void;
  stop(): Promise<void>;
}

/**
 * Follows the log of method events of every tenant from a durable cursor and signals each open run that an event
 * concerns, at least once. Tenants are followed independently of each other. Several processes may run a dispatcher: a
 * lease lets one of them at a time follow a tenant.
 */
export function startDispatcher(deps: DispatcherDeps): Dispatcher {
  const instance = randomUUID();
  const followers = new Map<string, { readonly follower: TenantFollower; readonly done: Promise<void> }>();
  const pacer = new Pacer(tenantPauses);
  const done = pacer.repeat(async () => {
    try {
      for (const tenant of await deps.database.tenants()) {
        if (followers.has(tenant)) continue;
        const follower = new TenantFollower(deps, tenant, instance);
        followers.set(tenant, { follower, done: follower.run() });
      }
      return 'later';
    } catch (error) {
      deps.onError(messageOf(error));
      return 'failed';
    }
  });
  return {
    wake() {
      for (const { follower } of followers.values()) follower.wake();
    },
    async stop() {
      pacer.stop();
      await done;
      for (const { follower } of followers.values()) follower.stop();
      await Promise.all([...followers.values()].map((each) => each.done));
    },
  };
}
