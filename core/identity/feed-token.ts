/**
 * The form of a feed's secret: `lkf_<tenant>_<secret>`. It is none of a bearer token, so that it counts nowhere else, whatever
 * it is shown as.
 */
const form = /^lkf_([a-z0-9][a-z0-9-]{0,62})_[A-Za-z0-9_-]{43}$/;

/** How long feeds last, and how many of one person count at the same time. */
export const feedLimits = { days: 366, feeds: 20 } as const;

/** A new secret of a tenant. @param secret 256 bits at random, in base64url */
export function formatFeedToken(tenant: string, secret: string): string {
  return `lkf_${tenant}_${secret}`;
}

/** The tenant that a feed's secret names; undefined for what is none. */
export function tenantOfFeedToken(token: string): string | undefined {
  return form.exec(token)?.[1];
}

const path = /^\/calendar\/([A-Za-z0-9_-]{1,200})\.ics$/;

/** The path of a feed. */
export function pathOfFeed(token: string): string {
  return `/calendar/${token}.ics`;
}

/** The secret in the path of a feed; undefined where there is none. */
export function feedTokenIn(requestPath: string): string | undefined {
  return path.exec(requestPath)?.[1];
}
