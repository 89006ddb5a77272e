/**
 * The identity under which a worker of the build queue polls. Temporal shows it to everybody who asks who serves the
 * queue, so it says what is in force there: how the worker contains builds, or that it refuses them.
 */
export interface BuildWorkerIdentity {
  readonly pid: number;
  readonly host: string;
  /** The name of the containment, `none` without one, `refused` when builds are refused. */
  readonly builds: string;
}

/** The identity as Temporal keeps it. */
export function formatWorkerIdentity({ pid, host, builds }: BuildWorkerIdentity): string {
  return `${String(pid)}@${host} builds:${builds}`;
}

/** Reads an identity; undefined for one that says nothing about builds. */
export function parseWorkerIdentity(identity: string): BuildWorkerIdentity | undefined {
  const [, pid, host, builds] = /^(\d{1,10})@(\S{1,255}) builds:([a-z-]{1,40})$/.exec(identity) ?? [];
  if (pid === undefined || host === undefined || builds === undefined) return undefined;
  return { pid: Number(pid), host, builds };
}
