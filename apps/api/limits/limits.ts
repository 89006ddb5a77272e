/**
 * What one caller may take of the API: far above what people, CI and the page need, so that whoever meets a limit is in a
 * loop. A caller is a principal, whichever of their tokens they use.
 */
export const limits = {
  /** Calls within {@link limits.windowSeconds}. */
  calls: 1_000,
  windowSeconds: 10,
  /** Calls at the same time that are no streams. */
  concurrentCalls: 50,
  /** Streams at the same time. */
  streams: 25,
  /** How often it is asked whether the token of a stream still counts, in milliseconds. */
  recheckMs: 5_000,
  /** Replays of decisions at the same time, of one caller, of one tenant and of all: each takes a core. */
  replays: 1,
  tenantReplays: 2,
  allReplays: 4,
  /** How long a replay may take, in milliseconds, also where its caller does not read what it says. */
  replayMs: 180_000,
  /** Versions whose tests run at the same time, of one caller, of one tenant and of all, and how long, in milliseconds. */
  testRuns: 1,
  tenantTestRuns: 2,
  allTestRuns: 4,
  testRunMs: 10_000,
  /** How long the gates of versions may be compared for one caller within a minute, in milliseconds: nobody else is served meanwhile. */
  compareMs: 5_000,
  /** Requests that carry reports and are read at the same time, of one caller and of all. */
  reports: 8,
  allReports: 32,
  /** The largest request that carries a report, in bytes, and the largest of any other RPC. */
  reportBytes: 12 * 1024 * 1024,
  requestBytes: 512 * 1024,
} as const;

/** The limits of an API; tests use smaller ones. */
export type Limits = { readonly [Name in keyof typeof limits]: number };

/** The RPCs whose requests carry reports. */
const withReports: readonly string[] = ['/governance.v1.EvidenceService/AttachEvidence'];

/** Whether the request of this path may be as large as a report. */
export function carriesReport(path: string | undefined): boolean {
  return withReports.includes(path ?? '');
}
