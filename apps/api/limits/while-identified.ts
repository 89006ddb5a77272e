import { setTimeout as delay } from 'node:timers/promises';
import { LanekeeperError } from '../../../core/errors.js';

/**
 * The messages of a stream for as long as the token or session of its caller counts. One that expires or is revoked ends the
 * stream, also while there is nothing to send.
 *
 * @param counts whether it still counts
 * @param intervalMs how often that is asked
 * @param onEnd called when the stream has ended, however
 * @throws UNAUTHENTICATED when it does not count any more
 */
export async function* whileIdentified<T>(
  messages: AsyncIterable<T>,
  counts: () => Promise<boolean>,
  intervalMs: number,
  onEnd: () => void,
): AsyncGenerator<T> {
  const iterator = messages[Symbol.asyncIterator]();
  const ended = new AbortController();
  try {
    let next = iterator.next();
    let check = delay(intervalMs, 'check' as const, { signal: ended.signal });
    for (;;) {
      check.catch(() => undefined);
      const found = await Promise.race([next, check]);
      if (found === 'check') {
        if (!(await counts())) throw credentialsEnded();
        check = delay(intervalMs, 'check' as const, { signal: ended.signal });
        continue;
      }
      if (found.done === true) return;
      yield found.value;
      next = iterator.next();
    }
  } finally {
    ended.abort();
    // Not awaited: what is under way there ends when the response does.
    void Promise.resolve(iterator.return?.()).catch(() => undefined);
    onEnd();
  }
}

function credentialsEnded(): LanekeeperError {
  return new LanekeeperError('UNAUTHENTICATED', {
    message: 'the token or session does not count any more',
    why: 'it has expired, or it was ended',
    next: 'lane token create, or for a browser  lane dashboard',
  });
}
