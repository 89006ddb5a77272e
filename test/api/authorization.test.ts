import {
  create,
  type DescMethod,
  type DescMethodStreaming,
  type DescMethodUnary,
  type DescService,
} from '@bufbuild/protobuf';
import { Code, ConnectError, createRouterTransport, type Transport } from '@connectrpc/connect';
import { describe, expect, it } from '@jest/globals';
import { createAuthorizationInterceptor, requireRules, ruleOf } from '../../apps/api/identity/authorize.js';
import type { Caller } from '../../apps/api/identity/caller.js';
import { createErrorInterceptor } from '../../apps/api/errors/connect-error.js';
import { services } from '../../apps/api/services.js';
import { ErrorDetailSchema } from '#gen/governance/v1/error_pb.js';

/** The RPCs that need a role, with the roles that may call them. Every other RPC needs a valid token, or a session. */
const needsRole: Readonly<Record<string, readonly string[]>> = {
  'release.v1.ProductService.RegisterProduct': ['developer', 'release-manager', 'operator'],
  'release.v1.ProductService.RebindProduct': ['operator'],
  'release.v1.ProductService.AllowRepository': ['operator'],
  'release.v1.ProductService.DisallowRepository': ['operator'],
  'release.v1.ReleaseService.StartRelease': ['developer', 'release-manager', 'operator'],
  'release.v1.PromotionService.Promote': ['developer', 'release-manager', 'operator'],
  'release.v1.PromotionService.Hotfix': ['release-manager', 'operator'],
  'release.v1.PromotionService.Rollback': ['release-manager', 'operator'],
  'governance.v1.EvidenceService.AttachEvidence': ['developer', 'qa', 'release-manager', 'product-owner', 'operator'],
  'workflows_runtime.v1.DeliveryService.RetryParkedDeliveries': ['release-manager', 'operator'],
};

/** What signs somebody in. */
const isPublic = (name: string) => name === 'governance.v1.SessionService.SignIn';

const callers: Readonly<Record<string, Caller>> = Object.fromEntries(
  ['developer', 'qa', 'release-manager', 'product-owner', 'operator', 'auditor'].map((role) => [
    role,
    { tenant: 'default', principal: { name: role, kind: 'human', displayName: role, roles: [role], addresses: [] } },
  ]),
);

const methods = services.flatMap((service) =>
  service.methods.map((method) => ({ service, method, name: `${service.typeName}.${method.name}` })),
);

/** A transport without implementations: a caller that passes the interceptor gets UNIMPLEMENTED. */
function transportOf(): Transport {
  const interceptors = [
    createErrorInterceptor(() => undefined),
    createAuthorizationInterceptor(async (given) => (given.kind === 'token' ? callers[given.token] : undefined)),
  ];
  return createRouterTransport(
    (router) => services.forEach((service: DescService) => void router.service(service, {})),
    { router: { interceptors } },
  );
}

const isUnary = (method: DescMethod): method is DescMethodUnary => method.methodKind === 'unary';
const isStreaming = (method: DescMethod): method is DescMethodStreaming => method.methodKind === 'server_streaming';

async function call(transport: Transport, method: DescMethod, token: string | undefined): Promise<ConnectError> {
  const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
  const input = create(method.input);
  try {
    if (isUnary(method)) await transport.unary(method, undefined, undefined, headers, input);
    else if (isStreaming(method)) {
      const response = await transport.stream(
        method,
        undefined,
        undefined,
        headers,
        (async function* () {
          yield input;
        })(),
      );
      for await (const message of response.message) expect(message).toBeDefined();
    }
  } catch (error) {
    return ConnectError.from(error);
  }
  throw new Error('the call was answered');
}

describe('authorization', () => {
  it('has a rule for every RPC', () => {
    expect(() => requireRules(services)).not.toThrow();
    expect(methods.length).toBeGreaterThan(30);
  });

  it('keeps the API from starting when an RPC has no rule', () => {
    const [service] = services;
    if (service === undefined) throw new Error('there are no services');
    const bare = {
      ...service,
      methods: service.methods.map((method) => ({ ...method, proto: { ...method.proto, options: undefined } })),
    };
    expect(() => requireRules([bare as DescService])).toThrow('does not say who may call it');
  });

  it('is tested with a table whose RPCs all exist', () => {
    for (const name of Object.keys(needsRole)) expect(methods.map((each) => each.name)).toContain(name);
  });

  it('makes nothing public but what signs a browser in', () => {
    const open = methods.filter(({ method }) => ruleOf(method).allow === 'public');
    expect(open.map(({ name }) => name)).toEqual(methods.map(({ name }) => name).filter(isPublic));
  });

  it.each(methods.filter(({ name }) => !isPublic(name)))(
    '$name refuses callers without a token and callers with an unknown one',
    async ({ method }) => {
      for (const token of [undefined, 'nobody']) {
        const error = await call(transportOf(), method, token);
        expect(error.code).toBe(Code.Unauthenticated);
        expect(error.findDetails(ErrorDetailSchema)[0]?.reason).toBe('UNAUTHENTICATED');
      }
    },
  );

  it.each(methods)('$name accepts exactly the roles in the table', async ({ method, name }) => {
    const transport = transportOf();
    for (const role of Object.keys(callers)) {
      const isAllowed = needsRole[name]?.includes(role) ?? true;
      const error = await call(transport, method, role);
      expect([role, Code[error.code]]).toEqual([role, Code[isAllowed ? Code.Unimplemented : Code.PermissionDenied]]);
    }
  });
});
