import { type DescMethod, type DescService, getOption, hasOption } from '@bufbuild/protobuf';
import type { Interceptor } from '@connectrpc/connect';
import { LanekeeperError } from '../../../core/errors.js';
import { rule } from '#gen/authz/v1/authz_pb.js';
import { unattendedHeader } from '../../../core/identity/session.js';
import { type Caller, callerKey, type Identify } from './caller.js';
import { type Credentials, credentialsIn } from './credentials.js';

/** Who may call an RPC. */
export type AccessRule =
  { readonly allow: 'public' | 'authenticated' } | { readonly allow: 'roles'; readonly anyOf: readonly string[] };

/**
 * The access rule of an RPC, from its option in proto.
 * @throws CONFIGURATION when there is none, so that nothing is open by oversight
 */
export function ruleOf(method: DescMethod): AccessRule {
  const { allow } = hasOption(method, rule) ? getOption(method, rule) : { allow: { case: undefined } };
  if (allow.case === 'public' && allow.value) return { allow: 'public' };
  if (allow.case === 'authenticated' && allow.value) return { allow: 'authenticated' };
  if (allow.case === 'roles' && allow.value.anyOf.length > 0) return { allow: 'roles', anyOf: allow.value.anyOf };
  throw new LanekeeperError('CONFIGURATION', {
    message: `RPC ${method.parent.typeName}.${method.name} does not say who may call it`,
    object: `${method.parent.typeName}.${method.name}`,
    next: 'add the option (authz.v1.rule) beside it in proto/ and run  npm run generate',
  });
}

/** Requires a rule for every RPC of the services. Called before the API listens. @throws CONFIGURATION */
export function requireRules(services: readonly DescService[]): void {
  for (const service of services) for (const method of service.methods) ruleOf(method);
}

/** Whether a rule lets a caller in. */
export function isAllowed(access: AccessRule, caller: Caller | undefined): boolean {
  switch (access.allow) {
    case 'public':
      return true;
    case 'authenticated':
      return caller !== undefined;
    case 'roles':
      return caller !== undefined && caller.principal.roles.some((role) => access.anyOf.includes(role));
  }
}

/**
 * The only place where access is decided, for every transport and every RPC: by the rule of the RPC, and never without
 * one.
 */
export function createAuthorizationInterceptor(identify: Identify): Interceptor {
  return (next) => async (request) => {
    const access = ruleOf(request.method);
    const credentials = credentialsIn(request.header);
    const isAttended = !request.stream && !request.header.has(unattendedHeader);
    const caller = credentials === undefined ? undefined : await identify(credentials, isAttended);
    if (!isAllowed(access, caller)) throw accessDenied(request.method, access, credentials, caller);
    request.contextValues.set(callerKey, caller);
    return next(request);
  };
}

function accessDenied(
  method: DescMethod,
  access: AccessRule,
  credentials: Credentials | undefined,
  caller: Caller | undefined,
): LanekeeperError {
  if (caller === undefined) return notIdentified(credentials);
  const roles = access.allow === 'roles' ? access.anyOf.join(', ') : '';
  return new LanekeeperError('PERMISSION_DENIED', {
    message: `${caller.principal.name} may not call ${method.name}`,
    object: `${method.parent.typeName}.${method.name}`,
    why: `it requires one of the roles ${roles}; ${caller.principal.name} has ${caller.principal.roles.join(', ') || 'none'}`,
    next: 'act as another person: lane --as PERSON …',
  });
}

/** Why whoever shows these credentials, or none, is not known. */
export function notIdentified(credentials: Credentials | undefined): LanekeeperError {
  if (credentials?.kind === 'session')
    return new LanekeeperError('UNAUTHENTICATED', {
      message: 'this browser is not signed in',
      why: 'its session has ended, or nobody has used it for a while',
      next: 'lane dashboard',
    });
  return new LanekeeperError('UNAUTHENTICATED', {
    message: credentials === undefined ? 'a token is required' : 'the token is unknown',
    why:
      credentials === undefined
        ? 'the request has no bearer token, and is of no signed-in browser'
        : 'it was never enrolled here, or it has expired',
    next: 'lane doctor shows which identity and which stack are used',
  });
}
