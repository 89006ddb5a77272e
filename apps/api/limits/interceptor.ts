import { Code, ConnectError, type Interceptor } from '@connectrpc/connect';
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import { LanekeeperError } from '../../../core/errors.js';
import { type Caller, callerKey, type Identify } from '../identity/caller.js';
import { credentialsIn } from '../identity/credentials.js';
import type { Limits } from './limits.js';
import { Occupancy } from './occupancy.js';
import { whileIdentified } from './while-identified.js';

/**
 * Keeps one caller from taking the API away from the others: how often they call, how much at the same time, and for how
 * long a stream lasts, which is as long as its token or session counts. Comes after the authorization, and limits nobody who is not
 * let in.
 */
export function createLimitInterceptor(limits: Limits, identify: Identify): Interceptor {
  const rate = new RateLimiterMemory({ points: limits.calls, duration: limits.windowSeconds });
  const calls = new Occupancy(limits.concurrentCalls);
  const streams = new Occupancy(limits.streams);
  return (next) => async (request) => {
    const caller = request.contextValues.get(callerKey);
    if (caller === undefined) return next(request);
    const key = `${caller.tenant}/${caller.principal.name}`;
    await rate.consume(key).catch((refusal: unknown) => {
      throw refusal instanceof RateLimiterRes
        ? tooMany(caller, `${String(limits.calls)} calls in ${String(limits.windowSeconds)} s`, refusal.msBeforeNext)
        : refusal;
    });
    // A signal that has fired tells nobody again: this place would never be left.
    if (request.signal.aborted) throw new ConnectError('the caller left before the call began', Code.Canceled);
    const places = request.stream ? streams : calls;
    const leave = places.enter(key);
    if (leave === undefined)
      throw tooMany(
        caller,
        request.stream
          ? `${String(limits.streams)} streams at a time`
          : `${String(limits.concurrentCalls)} calls at a time`,
        1_000,
      );
    // A stream ends when its caller leaves, also before its first message is read. The handler of any other call goes on.
    if (request.stream) request.signal.addEventListener('abort', leave, { once: true });
    let lasts = false;
    try {
      const response = await next(request);
      if (!response.stream) return response;
      const credentials = credentialsIn(request.header);
      const counts = async () => credentials !== undefined && (await identify(credentials)) !== undefined;
      const message = whileIdentified(response.message, counts, limits.recheckMs, leave);
      lasts = true;
      return { ...response, message };
    } finally {
      // A stream that has begun keeps its place until it ends.
      if (!lasts) leave();
    }
  };
}

function tooMany({ principal }: Caller, allowed: string, retryMs: number): LanekeeperError {
  return new LanekeeperError('LIMIT_EXCEEDED', {
    message: `${principal.name} calls the API too often`,
    object: `principal ${principal.name}`,
    why: `${allowed} are allowed`,
    next: `try again in ${String(Math.max(1, Math.ceil(retryMs / 1_000)))} s`,
  });
}
