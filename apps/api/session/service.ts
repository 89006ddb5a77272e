import { randomBytes, randomUUID } from 'node:crypto';
import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import type { HandlerContext, ServiceImpl } from '@connectrpc/connect';
import { keyIdOf } from '../../../adapters/sigstore/keys.js';
import { LanekeeperError } from '../../../core/errors.js';
import { digestOf } from '../../../core/hash.js';
import { browserName } from '../../../core/identity/browser-name.js';
import { sessionLimits } from '../../../core/identity/session.js';
import { formatToken, tenantOfToken } from '../../../core/identity/token.js';
import type { SessionService } from '#gen/governance/v1/session_service_pb.js';
import { listSessions, readSignIn } from '../../../store/session/read.js';
import { beginSession, createSignInCode, endSession, offerKey } from '../../../store/session/write.js';
import type { ApiDeps } from '../deps.js';
import { instant } from '../convert.js';
import { requireCaller } from '../identity/caller.js';
import { credentialsIn } from '../identity/credentials.js';
import { endCookie, setCookie } from './cookie.js';

/** Sessions of browsers. Their secrets are known to the browsers alone; rows have the hashes. */
export function createSessionService(deps: ApiDeps): ServiceImpl<typeof SessionService> {
  const { database, now, publicOrigins } = deps;
  return {
    async createSignInCode(_request, context) {
      const { tenant } = requireCaller(context);
      const tokenHash = digestOf(requireToken(context));
      const code = newSecret(tenant);
      const id = randomUUID();
      await database.transaction(tenant, (tx) => createSignInCode(tx, { id, codeHash: digestOf(code), tokenHash }));
      return { id, code, expiresAt: timestampFromDate(new Date(now().getTime() + sessionLimits.codeMs)) };
    },
    async getSignIn(request, context) {
      const { tenant, principal } = requireCaller(context);
      const found = await database.transaction(tenant, (tx) => readSignIn(tx, request.id, principal.name));
      if (found === undefined)
        throw new LanekeeperError('NOT_FOUND', {
          message: `there is no code ${request.id}`,
          object: `code ${request.id}`,
          next: 'lane dashboard',
        });
      return {
        isOver: found.isOver,
        isSignedIn: found.session !== undefined,
        browser: found.session?.browser ?? '',
        offeredKeyPem: found.session?.offeredKey ?? '',
      };
    },
    async signIn(request, context) {
      const tenant = tenantOfToken(request.code);
      const secrets = { cookie: newSecret(tenant), page: randomBytes(32).toString('base64url') };
      await database.transaction(tenant, (tx) =>
        beginSession(tx, {
          codeHash: digestOf(request.code),
          cookieHash: digestOf(secrets.cookie),
          pageHash: digestOf(secrets.page),
          browser: browserName(context.requestHeader.get('user-agent') ?? ''),
        }),
      );
      context.responseHeader.append('set-cookie', setCookie(context.requestHeader, secrets.cookie, publicOrigins));
      return { pageSecret: secrets.page };
    },
    async offerKey(request, context) {
      const { tenant } = requireCaller(context);
      const session = requireSession(context);
      keyIdOf(request.publicKeyPem);
      await database.transaction(tenant, (tx) => offerKey(tx, session, request.publicKeyPem));
      return {};
    },
    async listSessions(_request, context) {
      const { tenant, principal, session } = requireCaller(context);
      const whose = principal.roles.includes('operator') ? undefined : principal.name;
      const sessions = await database.transaction(tenant, (tx) => listSessions(tx, whose));
      return {
        sessions: sessions.map(({ id, browser, ...one }) => ({
          ...{ id, principal: one.principal, browser, isThis: id === session },
          ...instant('createdAt', one.createdAt),
          ...instant('seenAt', one.seenAt),
          ...instant('endsAt', one.endsAt),
        })),
      };
    },
    async endSession(request, context) {
      const { tenant, principal, session } = requireCaller(context);
      const id = request.id === '' ? requireSession(context) : request.id;
      const of = principal.roles.includes('operator') ? undefined : principal.name;
      await database.transaction(tenant, (tx) => endSession(tx, { id, of, by: principal.name }));
      if (session !== undefined && session.startsWith(id))
        context.responseHeader.append('set-cookie', endCookie(context.requestHeader, publicOrigins));
      return {};
    },
  };
}

/** A secret that names its tenant, so that one look-up finds whose it is. */
function newSecret(tenant: string): string {
  return formatToken(tenant, randomBytes(32).toString('base64url'));
}

/** A session makes no codes: somebody who has got hold of one could go on for ever. */
function requireToken(context: HandlerContext): string {
  const credentials = credentialsIn(context.requestHeader);
  if (credentials?.kind === 'token') return credentials.token;
  throw new LanekeeperError('PERMISSION_DENIED', {
    message: 'a browser cannot sign in another one',
    why: 'that takes a token',
    next: 'lane dashboard',
  });
}

function requireSession(context: HandlerContext): string {
  const { session } = requireCaller(context);
  if (session !== undefined) return session;
  throw new LanekeeperError('INVALID_INPUT', {
    message: 'this is no session of a browser',
    why: 'the request was made with a token',
    next: 'lane sessions list',
  });
}
