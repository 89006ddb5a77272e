/** How long a session of a browser lasts, in milliseconds; the database has no other limits. */
export const sessionLimits = {
  /** Since its person last did something. */
  idleMs: 30 * 60_000,
  /** Since it began. */
  totalMs: 12 * 3_600_000,
  /** How long a code to sign in counts. */
  codeMs: 2 * 60_000,
  /** How often it is recorded that its person does something. */
  seenEveryMs: 60_000,
  /** How many codes somebody may have at a time with one token. */
  codes: 20,
} as const;

/**
 * The header with which a page sends its half of the session's secret. The other half is in a cookie, which a browser
 * also sends to every other port of its host.
 */
export const pageHeader = 'x-lanekeeper-page';

/** The header of a request that nobody at the browser has caused: it does not keep the session alive. */
export const unattendedHeader = 'x-lanekeeper-unattended';
