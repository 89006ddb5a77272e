import { cookieName } from '../identity/credentials.js';

/**
 * The cookie with one half of a session's secret: for this host alone, for no script, and not sent when a page of another
 * site asks. The browser forgets it when it is closed.
 */
export function setCookie(headers: Headers, secret: string, publicOrigins: readonly string[]): string {
  return [`${cookieName(headers)}=${secret}`, ...attributes(headers, publicOrigins)].join('; ');
}

/** Has the browser forget the cookie. */
export function endCookie(headers: Headers, publicOrigins: readonly string[]): string {
  return [`${cookieName(headers)}=`, 'Max-Age=0', ...attributes(headers, publicOrigins)].join('; ');
}

/** Under a public name the cookie is sent encrypted alone, if that name is known with encryption. */
function attributes(headers: Headers, publicOrigins: readonly string[]): readonly string[] {
  const host = (headers.get('host') ?? '').toLowerCase();
  const isEncrypted = publicOrigins.includes(`https://${host}`);
  return ['Path=/', 'HttpOnly', 'SameSite=Strict', ...(isEncrypted ? ['Secure'] : [])];
}
