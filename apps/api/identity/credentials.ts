import { pageHeader } from '../../../core/identity/session.js';

/** How a request says whose it is: a program by a token, a page by both halves of its session's secret. */
export type Credentials =
  | { readonly kind: 'token'; readonly token: string }
  /** Of several cookies one can be ours: which one is known once both halves are looked up together. */
  | { readonly kind: 'session'; readonly cookies: readonly string[]; readonly page: string };

/** How many cookies of our name are looked at: other ports of the host can set some, too. */
const maxCookies = 4;

/**
 * The credentials in the headers of a request, unchecked. The cookie alone is none: a browser sends it to every port of
 * its host, also to those where products answer.
 */
export function credentialsIn(headers: Headers): Credentials | undefined {
  const token = /^Bearer ([\x21-\x7e]{1,512})$/i.exec(headers.get('authorization') ?? '')?.[1];
  if (token !== undefined) return { kind: 'token', token };
  const page = headers.get(pageHeader) ?? '';
  const cookies = cookiesIn(headers);
  return page === '' || page.length > 512 || cookies.length === 0 ? undefined : { kind: 'session', cookies, page };
}

/** The name of the cookie: a browser that knows several stacks on one host has one for each. */
export function cookieName(headers: Headers): string {
  const port = /:(\d{1,5})$/.exec(headers.get('host') ?? '')?.[1];
  return port === undefined ? 'lanekeeper' : `lanekeeper-${port}`;
}

function cookiesIn(headers: Headers): readonly string[] {
  const name = cookieName(headers);
  return (headers.get('cookie') ?? '')
    .split(';')
    .map((each) => each.trim())
    .filter((each) => each.startsWith(`${name}=`))
    .map((each) => each.slice(name.length + 1))
    .filter((each) => /^[\x21-\x7e]{1,512}$/.test(each))
    .slice(0, maxCookies);
}
