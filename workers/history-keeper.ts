import { messageOf } from '../core/errors.js';
import { workflowTypes } from '../temporal-config/names.js';
import { type ClosedExecution, type KeeperDeps, TenantHistories } from './tenant-histories.js';

/** How often it looks, in milliseconds. */
export const keepHistoriesEveryMs = 20_000;

/** How many rounds there are from one sweep over overdue runs to the next: ten minutes. */
const roundsPerSweep = 30;

/** How late visibility may show that a run has closed, in milliseconds; what it shows later still is found by the sweep. */
const visibilityDelayMs = 5 * 60_000;

/** How many closed runs are looked at together. */
const pageSize = 500;

/** Keeps the histories of runs that have closed. */
export interface HistoryKeeper {
  /** Looks once, now; with `sweep`, at overdue runs as well, as it does every ten minutes. */
  look(options?: { readonly sweep?: boolean }): Promise<void>;
  stop(): Promise<void>;
}

/** The dependencies of the keeper. */
export interface HistoryKeeperDeps extends KeeperDeps {
  readonly everyMs?: number;
}

/**
 * Keeps the history of every run that a record names, before Temporal forgets it. Each round asks visibility once which runs
 * have closed since the last ones that it has seen; how far each tenant has come is on record, so that what closes while no
 * worker runs is found afterwards. All instants are those of Temporal. What fails is tried again in the next round, and
 * stops nothing else. Chains whose end was not seen although their record has ended are looked up now and then, so that
 * nothing depends on visibility alone. Several processes may do it at once.
 */
export function startHistoryKeeper(deps: HistoryKeeperDeps): HistoryKeeper {
  const rounds = new Rounds(deps);
  let running: Promise<void> = Promise.resolve();
  const look: HistoryKeeper['look'] = ({ sweep = false } = {}) => (running = running.then(() => rounds.look(sweep)));
  const timer = setInterval(() => void look(), deps.everyMs ?? keepHistoriesEveryMs);
  timer.unref();
  return {
    look,
    async stop() {
      rounds.stop();
      clearInterval(timer);
      await running;
    },
  };
}

class Rounds {
  readonly #deps: HistoryKeeperDeps;
  readonly #tenants = new Map<string, TenantHistories>();
  readonly #stopping = new AbortController();
  /** When the last run closed of which visibility has shown all before; undefined for the beginning. */
  #listedTo: Date | undefined;
  #hasListed = false;
  #round = 0;

  constructor(deps: HistoryKeeperDeps) {
    this.#deps = deps;
  }

  stop(): void {
    this.#stopping.abort();
  }

  async look(sweep: boolean): Promise<void> {
    await this.#quietly(async () => {
      await this.#findTenants();
      await this.#ofEach((tenant) => tenant.keep());
      await this.#list();
      if (sweep || this.#round % roundsPerSweep === 0) await this.#ofEach((tenant) => tenant.sweep());
      this.#round += 1;
    });
  }

  async #findTenants(): Promise<void> {
    for (const name of await this.#deps.database.tenants()) {
      if (this.#tenants.has(name)) continue;
      const tenant = new TenantHistories(this.#deps, name, this.#stopping.signal);
      // A run of a new tenant on a page makes the tenant known, so none of its runs has been passed over.
      await tenant.open(this.#listedTo);
      this.#tenants.set(name, tenant);
    }
  }

  /** Goes through the runs that have closed since the last ones that it has seen. */
  async #list(): Promise<void> {
    if (this.#tenants.size === 0) return;
    const from = this.#hasListed ? this.#listedTo : earliest([...this.#tenants.values()].map((each) => each.closedTo));
    let newest = from;
    let page: ClosedExecution[] = [];
    for await (const { workflowId, runId, closeTime } of this.#deps.client.workflow.list({
      query: queryFrom(from),
      pageSize,
    })) {
      if (this.#stopping.signal.aborted) return;
      if (closeTime === undefined) continue;
      if (newest === undefined || closeTime > newest) newest = closeTime;
      page.push({ workflowId, runId });
      if (page.length < pageSize) continue;
      await this.#takePage(page);
      page = [];
    }
    await this.#takePage(page);
    this.#hasListed = true;
    // A tenant that could not take everything is shown it again.
    const behind = new Set([...this.#tenants.values()].filter((tenant) => tenant.endListing()));
    this.#listedTo = earliest([newest, ...[...behind].map((tenant) => tenant.closedTo)]);
    if (newest === undefined) return;
    const closedTo = newest;
    await this.#ofEach(async (tenant) => {
      if (!behind.has(tenant)) await tenant.accountedTo(closedTo);
    });
  }

  /** Hands each tenant the runs that bear its name; whether they are its own, its records say. */
  async #takePage(page: readonly ClosedExecution[]): Promise<void> {
    const runsOf = new Map<string, ClosedExecution[]>();
    for (const run of page) {
      const name = /^(?:promotion|rollback|release|lane)\/([a-z0-9-]+)\//.exec(run.workflowId)?.[1];
      if (name !== undefined) runsOf.set(name, [...(runsOf.get(name) ?? []), run]);
    }
    if ([...runsOf.keys()].some((name) => !this.#tenants.has(name))) await this.#findTenants();
    await this.#ofEach(async (tenant, name) => {
      await tenant.take(runsOf.get(name) ?? []);
      await tenant.keep();
    });
  }

  async #ofEach(work: (tenant: TenantHistories, name: string) => Promise<void>): Promise<void> {
    await Promise.all([...this.#tenants].map(([name, tenant]) => this.#quietly(() => work(tenant, name), name)));
  }

  async #quietly(work: () => Promise<unknown>, tenant?: string): Promise<void> {
    try {
      await work();
    } catch (error) {
      this.#deps.onError(messageOf(error), tenant);
    }
  }
}

function queryFrom(from: Date | undefined): string {
  const types = Object.values(workflowTypes).map((type) => `'${type}'`);
  const closed = `WorkflowType IN (${types.join(', ')}) AND ExecutionStatus != 'Running'`;
  if (from === undefined) return closed;
  return `${closed} AND CloseTime >= '${new Date(from.getTime() - visibilityDelayMs).toISOString()}'`;
}

/** The earliest of some instants; undefined, which stands for the beginning, when one of them is. */
function earliest(instants: readonly (Date | undefined)[]): Date | undefined {
  return instants.reduce((one, other) =>
    one === undefined || other === undefined ? undefined : one < other ? one : other,
  );
}
