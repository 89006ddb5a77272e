import { messageOf } from '../core/errors.js';
import type { ControlDeps } from '../activities/promotion/deps.js';
import { reconcile } from '../activities/promotion/reconcile.js';
import { reconcileRelease } from '../activities/release/reconcile-release.js';
import { unattestedActs } from '../store/promotion/acts.js';
import { holders, openPromotionOf, openPromotionsAfter, type StoredPromotion } from '../store/promotion/read.js';
import { runningReleases } from '../store/release/read.js';
import { workflowTypes } from '../temporal-config/names.js';

/** How often it looks, in milliseconds: a lane whose holder has died is free within a minute. */
export const reconcileEveryMs = 20_000;

/** How far back it looks for closed runs when it starts, and how late visibility may show one, in milliseconds. */
const lookBackMs = 10 * 60_000;
const visibilityDelayMs = 60_000;

/** How many open promotions of a tenant one round looks at, besides those whose runs have closed and those that hold lanes. */
const sweepSize = 50;

/** Compares runs with records. */
export interface Reconciler {
  /** Looks once, now. */
  look(): Promise<void>;
  stop(): Promise<void>;
}

/** The dependencies of the reconciler. */
export interface ReconcilerDeps extends ControlDeps {
  readonly everyMs?: number;
  readonly onError: (message: string) => void;
}

/**
 * Finds promotions and releases that have not ended and whose run has: terminated, timed out, failed or forgotten by Temporal. Each
 * round looks at the runs that have closed since the last one, at the holders of lanes, and slowly over all others, so that
 * nothing depends on one of the three; and at those that the service has ended and not attested yet. What follows is done
 * by {@link reconcile}; one that fails never stops another.
 */
export function startReconciler(deps: ReconcilerDeps): Reconciler {
  const rounds = new Rounds(deps);
  let stopped = false;
  let running: Promise<void> = Promise.resolve();
  const look = () => (running = running.then(() => rounds.look()));
  const timer = setInterval(() => {
    if (!stopped) void look();
  }, deps.everyMs ?? reconcileEveryMs);
  timer.unref();
  return {
    look,
    async stop() {
      stopped = true;
      clearInterval(timer);
      await running;
    },
  };
}

class Rounds {
  readonly #deps: ReconcilerDeps;
  #closedSince = new Date(Date.now() - lookBackMs);
  /** For each tenant, the last open promotion that the slow sweep has looked at. */
  readonly #swept = new Map<string, string>();

  constructor(deps: ReconcilerDeps) {
    this.#deps = deps;
  }

  async look(): Promise<void> {
    await this.#quietly(() => this.#lookAtClosedRuns());
    const tenants = await this.#deps.database.tenants().catch((error: unknown) => {
      this.#deps.onError(messageOf(error));
      return [];
    });
    await Promise.all(tenants.map((tenant) => this.#quietly(() => this.#lookAtTenant(tenant))));
  }

  /** Runs that have closed recently; their workflow ids name the tenant. */
  async #lookAtClosedRuns(): Promise<void> {
    const from = new Date();
    const types = [workflowTypes.promotion, workflowTypes.release].map((type) => `'${type}'`).join(', ');
    const query = `WorkflowType IN (${types}) AND ExecutionStatus != 'Running' AND CloseTime >= '${this.#closedSince.toISOString()}'`;
    const closed = new Set<string>();
    for await (const { workflowId } of this.#deps.client.workflow.list({ query })) closed.add(workflowId);
    for (const workflowId of closed) {
      const [, kind, tenant] = /^(promotion|rollback|release)\/([a-z0-9-]+)\//.exec(workflowId) ?? [];
      if (tenant === undefined) continue;
      await this.#quietly(async () => {
        if (kind === 'release') return this.#lookAtReleases(tenant, { workflowId });
        const promotion = await this.#deps.database.transaction(tenant, (tx) => openPromotionOf(tx, workflowId));
        if (promotion !== undefined) await reconcile(this.#deps, tenant, promotion, true);
      });
    }
    this.#closedSince = new Date(from.getTime() - visibilityDelayMs);
  }

  async #lookAtTenant(tenant: string): Promise<void> {
    const after = this.#swept.get(tenant) ?? '';
    const [holding, some, acts] = await this.#deps.database.transaction(
      tenant,
      async (tx) =>
        [
          await holders(tx),
          await openPromotionsAfter(tx, after, sweepSize),
          await unattestedActs(tx, sweepSize),
        ] as const,
    );
    const last = some.length < sweepSize ? undefined : some.at(-1)?.id;
    if (last === undefined) this.#swept.delete(tenant);
    else this.#swept.set(tenant, last);
    const all = new Map<string, StoredPromotion>([...holding, ...some, ...acts].map((one) => [one.id, one]));
    for (const promotion of all.values()) await this.#quietly(() => reconcile(this.#deps, tenant, promotion));
    await this.#lookAtReleases(tenant, { before: new Date(Date.now() - lookBackMs) });
  }

  /** Releases of a run that has closed, or that have been running for so long that the end of their run may have been missed. */
  async #lookAtReleases(
    tenant: string,
    which: { readonly workflowId: string } | { readonly before: Date },
  ): Promise<void> {
    const releases = await this.#deps.database.transaction(tenant, (tx) => runningReleases(tx, which, sweepSize));
    for (const release of releases) await this.#quietly(() => reconcileRelease(this.#deps, tenant, release));
  }

  async #quietly(work: () => Promise<unknown>): Promise<void> {
    try {
      await work();
    } catch (error) {
      this.#deps.onError(messageOf(error));
    }
  }
}
