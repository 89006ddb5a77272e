import { setTimeout as delay } from 'node:timers/promises';

const lookEveryMs = 250;

/**
 * Yields what `read` returns: at once, and again each time that `version` gives another text; ends when `isOver` says so or the caller
 * has gone. Reading a version is one indexed query, so that many watchers cost little.
 */
export async function* watch<T>(options: {
  readonly version: () => Promise<string>;
  readonly read: () => Promise<T>;
  readonly isOver: (value: T) => boolean;
  readonly signal: AbortSignal;
}): AsyncGenerator<T> {
  let seen: string | undefined;
  while (!options.signal.aborted) {
    const version = await options.version();
    if (version !== seen) {
      seen = version;
      const value = await options.read();
      yield value;
      if (options.isOver(value)) return;
    }
    await delay(lookEveryMs, undefined, { signal: options.signal }).catch(() => undefined);
  }
}
