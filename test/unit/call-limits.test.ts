import { type CallOptions, Code, ConnectError, createClient, createRouterTransport } from '@connectrpc/connect';
import { describe, expect, test } from '@jest/globals';
import { createErrorInterceptor } from '../../apps/api/errors/connect-error.js';
import { createAuthorizationInterceptor } from '../../apps/api/identity/authorize.js';
import type { Caller, Identify } from '../../apps/api/identity/caller.js';
import { createLimitInterceptor } from '../../apps/api/limits/interceptor.js';
import { limits } from '../../apps/api/limits/limits.js';
import { PromotionService } from '#gen/release/v1/promotion_service_pb.js';
import { eventually, until } from '../support/until.js';

const principal = { name: 'dev', kind: 'human', displayName: 'Dev', roles: ['developer'], addresses: [] } as const;
const dev: Caller = { tenant: 'default', principal };

/** What a test lets happen, when it wants to. */
function gate() {
  let open: () => void = () => undefined;
  const opened = new Promise<void>((resolve) => (open = resolve));
  return { open, opened };
}

/** An API that lets each caller have one call and one stream at a time. */
function narrowApi({
  identify = () => Promise.resolve(dev),
  work = () => Promise.resolve(),
}: { readonly identify?: Identify; readonly work?: () => Promise<void> } = {}) {
  const narrow = { ...limits, concurrentCalls: 1, streams: 1 };
  const transport = createRouterTransport(
    (router) =>
      void router.service(PromotionService, {
        listPromotions: async () => {
          await work();
          return {};
        },
        async *watchPromotion() {
          await work();
          yield {};
        },
      }),
    {
      router: {
        interceptors: [
          createErrorInterceptor(() => undefined),
          createAuthorizationInterceptor(identify),
          createLimitInterceptor(narrow, identify),
        ],
      },
    },
  );
  const { listPromotions, watchPromotion } = createClient(PromotionService, transport);
  const headers = { authorization: 'Bearer token' };
  const outcomeOf = (call: Promise<unknown>): Promise<string> =>
    call.then(
      () => 'answered',
      (error: unknown) => Code[ConnectError.from(error).code],
    );
  const read = async (stream: AsyncIterable<unknown>) => {
    for await (const _message of stream);
  };
  return {
    call: (options: CallOptions = {}) => outcomeOf(listPromotions({}, { headers, ...options })),
    watch: (options: CallOptions = {}) =>
      outcomeOf(read(watchPromotion({ promotionId: 'one' }, { headers, ...options }))),
  };
}

describe('a call that its caller leaves', () => {
  test('keeps its place until its handler has ended', async () => {
    const handler = gate();
    let handled = 0;
    const { call } = narrowApi({ work: () => ((handled += 1) === 1 ? handler.opened : Promise.resolve()) });
    const leaving = new AbortController();
    const left = call({ signal: leaving.signal });
    await until(() => handled === 1, 'the handler');
    leaving.abort();
    await expect(left).resolves.toBe('Canceled');
    await expect(call()).resolves.toBe('ResourceExhausted');
    expect(handled).toBe(1);
    handler.open();
    await eventually(() => expect(call()).resolves.toBe('answered'));
  });

  test.each(['call', 'watch'] as const)(
    'takes no place and reaches no handler by %s when it was left before it was let in',
    async (kind) => {
      const authorization = gate();
      let [asked, answered, handled] = [0, 0, 0];
      const identify = async () => {
        if ((asked += 1) === 1) await authorization.opened;
        answered += 1;
        return dev;
      };
      const api = narrowApi({ identify, work: () => Promise.resolve(void (handled += 1)) });
      const leaving = new AbortController();
      const left = api[kind]({ signal: leaving.signal });
      await until(() => asked === 1, 'the authorization');
      leaving.abort();
      await expect(left).resolves.toBe('Canceled');
      authorization.open();
      await until(() => answered === 1, 'the end of the authorization');
      await eventually(() => expect(api[kind]()).resolves.toBe('answered'), 2_000);
      expect(handled).toBe(1);
    },
  );
});
