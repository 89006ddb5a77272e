import { setTimeout as delay } from 'node:timers/promises';

const pollIntervalMs = 250;

/**
 * Yields what `read` returns, at once and again whenever it has changed; ends when `isLast` returns true or `signal` is
 * aborted.
 *
 * @param options.version a text that is cheap to get and changes with what `read` returns; without it, the values
 * themselves are compared
 */
export async function* watch<T>(options: {
  readonly read: () => Promise<T>;
  readonly version?: () => Promise<string>;
  readonly isLast: (value: T) => boolean;
  readonly signal: AbortSignal;
}): AsyncGenerator<T> {
  let seen: string | undefined;
  while (!options.signal.aborted) {
    const early = await options.version?.();
    if (early === undefined || early !== seen) {
      const value = await options.read();
      const version =
        early ?? JSON.stringify(value, (_key, each: unknown) => (typeof each === 'bigint' ? String(each) : each));
      if (version !== seen) yield value;
      seen = version;
      if (options.isLast(value)) return;
    }
    await delay(pollIntervalMs, undefined, { signal: options.signal }).catch(() => undefined);
  }
}
