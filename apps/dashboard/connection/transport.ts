import type { Interceptor } from '@connectrpc/connect';
import { createConnectTransport } from '@connectrpc/connect-web';
import { pageHeader, unattendedHeader } from '../../../core/identity/session.js';
import { isAttended } from './attendance.js';
import { pageSecret } from './page-secret.js';

const withSession: Interceptor = (next) => (request) => {
  const secret = pageSecret.get();
  if (secret !== undefined) request.header.set(pageHeader, secret);
  if (!isAttended()) request.header.set(unattendedHeader, '1');
  return next(request);
};

/** Talks to the server that the page came from. The browser adds the cookie. */
export const transport = createConnectTransport({
  baseUrl: location.origin,
  useBinaryFormat: true,
  interceptors: [withSession],
});
