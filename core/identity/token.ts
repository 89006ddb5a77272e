/** The form of a bearer token: `lk_<tenant>_<secret>`. A tenant has no underscore in its name. */
const form = /^lk_([a-z0-9][a-z0-9-]{0,62})_[A-Za-z0-9_-]{32,128}$/;

/** A new token of a tenant. @param secret at least 192 bits at random, in base64url */
export function formatToken(tenant: string, secret: string): string {
  return `lk_${tenant}_${secret}`;
}

/** The tenant that a token names; empty for what has not the form of a token, which is then a token of nobody. */
export function tenantOfToken(token: string): string {
  return form.exec(token)?.[1] ?? '';
}
