/** A statement of a person says when it was signed and until when it may be used, RFC 3339 in UTC. */
export interface Validity {
  readonly issuedAt: string;
  readonly expiresAt: string;
}

/**
 * The longest that a statement of a person may be valid, in milliseconds: a signature that turns up later no longer
 * decides anything.
 */
const maxValidityMs = 7 * 24 * 3_600_000;

/** Between two clocks, a minute is normal; a statement from the future is not. */
const maxSkewMs = 60_000;

/** What is wrong with the period in which a statement is valid, whatever the time is. */
export function problemOfValidity({ issuedAt, expiresAt }: Validity): string | undefined {
  const validityMs = Date.parse(expiresAt) - Date.parse(issuedAt);
  return validityMs > 0 && validityMs <= maxValidityMs
    ? undefined
    : 'it must expire after it is issued, and within seven days';
}

/** Why a statement does not count at this time; undefined when it does. */
export function refuseByTime(
  { issuedAt, expiresAt }: Validity,
  now: Date,
): { readonly code: 'DECISION_EXPIRED' | 'DECISION_MISMATCH'; readonly reason: string } | undefined {
  if (Date.parse(expiresAt) <= now.getTime()) return { code: 'DECISION_EXPIRED', reason: `it expired at ${expiresAt}` };
  if (Date.parse(issuedAt) > now.getTime() + maxSkewMs)
    return { code: 'DECISION_MISMATCH', reason: `it was issued in the future, at ${issuedAt}` };
  return undefined;
}
