import { pageHeader } from '../../core/identity/session.js';
import type { ApiOnEngine } from './lane-runner.js';

/** A browser that is signed in, as far as a server can tell: both halves of its secret. */
export interface PageSession {
  readonly id: string;
  /** `name=value`. */
  readonly cookie: string;
  /** The whole header that set it. */
  readonly setCookie: string;
  readonly page: string;
}

/** The status of an answer, with its body as JSON. */
export interface Answer {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
  readonly headers: Headers;
}

/** Calls an RPC as a page does: with JSON over fetch, and the headers that it is given. */
export async function callAs(
  { url }: Pick<ApiOnEngine, 'url'>,
  method: string,
  message: object,
  headers: Readonly<Record<string, string>> = {},
): Promise<Answer> {
  const response = await fetch(`${url}/${method}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(message),
  });
  const body = (await response.json()) as Record<string, unknown>;
  return { status: response.status, body, headers: response.headers };
}

/** Signs a browser in as a person. */
export async function signIn(api: ApiOnEngine, person: string): Promise<PageSession> {
  const { id, code } = await api.clients(person).sessions.createSignInCode({});
  const answer = await useCode(api, code);
  const setCookie = answer.headers.get('set-cookie') ?? '';
  const [cookie = ''] = setCookie.split(';');
  return { id, cookie, setCookie, page: String(answer.body['pageSecret']) };
}

/** Tries a code. */
export function useCode(api: Pick<ApiOnEngine, 'url'>, code: string): Promise<Answer> {
  return callAs(api, 'governance.v1.SessionService/SignIn', { code }, { 'user-agent': firefox });
}

/** The headers of a signed-in page. */
export function headersOf({ cookie, page }: Pick<PageSession, 'cookie' | 'page'>): Record<string, string> {
  return { cookie, [pageHeader]: page };
}

const firefox = 'Mozilla/5.0 (X11; Linux x86_64; rv:141.0) Gecko/20100101 Firefox/141.0';
