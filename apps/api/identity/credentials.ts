import { pageHeader } from '../../../core/identity/session.js';

/** How a request says whose it is: a program by a token, a page by both halves of its session's secret. */
export type Credentials =
  | { readonly kind: 'token'; readonly token: string }
  | { readonly kind: 'session'; readonly cookie: string; readonly page: string };

/**
 * The credentials in the headers of a request, unchecked. The cookie alone is none: a browser sends it to every port of
 * its host, also to those where products answer.
 */
export function credentialsIn(headers: Headers): Credentials | undefined {
  const token = /^Bearer ([\x21-\x7e]{1,512})$/i.exec(headers.get('authorization') ?? '')?.[1];
  if (token !== undefined) return { kind: 'token', token };
  const page = headers.get(pageHeader) ?? '';
  const cookie = cookieIn(headers);
  return page === '' || page.length > 512 || cookie === undefined ? undefined : { kind: 'session', cookie, page };
}

/** The name of the cookie: a browser that knows several stacks on one host has one for each. */
export function cookieName(headers: Headers): string {
  const port = /:(\d{1,5})$/.exec(headers.get('host') ?? '')?.[1];
  return port === undefined ? 'lanekeeper' : `lanekeeper-${port}`;
}

function cookieIn(headers: Headers): string | undefined {
  const name = cookieName(headers);
  const values = (headers.get('cookie') ?? '')
    .split(';')
    .map((each) => each.trim())
    .filter((each) => each.startsWith(`${name}=`))
    .map((each) => each.slice(name.length + 1));
  // Two of one name: another host of the same site has set one, and it cannot be told which is ours.
  return values.length === 1 && /^[\x21-\x7e]{1,512}$/.test(values[0] ?? '') ? values[0] : undefined;
}
