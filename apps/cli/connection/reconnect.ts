import { setTimeout as delay } from 'node:timers/promises';
import { domainErrorOf } from '../errors/domain-error.js';
import type { Context } from '../program/context.js';

const retryIntervalMs = 500;
const giveUpAfterMs = 120_000;

/**
 * Reads a stream of the API until `onMessage` returns a value, and opens it again when it breaks or the stack is away
 * for a while.
 *
 * @returns the value, or undefined when `signal` has ended it
 * @throws what the API says, and UNAVAILABLE when the stack stays away
 */
export async function readStream<Message, Result>(
  context: Context,
  signal: AbortSignal,
  open: () => AsyncIterable<Message>,
  onMessage: (message: Message) => Result | undefined,
): Promise<Result | undefined> {
  let unavailableForMs = 0;
  while (!isAborted(signal)) {
    try {
      for await (const message of open()) {
        unavailableForMs = 0;
        const result = onMessage(message);
        if (result !== undefined) return result;
      }
    } catch (error) {
      if (isAborted(signal)) return undefined;
      if (domainErrorOf(error)?.code !== 'UNAVAILABLE' || unavailableForMs >= giveUpAfterMs) throw error;
      if (unavailableForMs === 0) context.terminal.note('the stack does not answer; waiting for it to come back');
    }
    unavailableForMs += retryIntervalMs;
    await delay(retryIntervalMs, undefined, { signal }).catch(() => undefined);
  }
  return undefined;
}

/** A function, because the state of a signal changes while one waits. */
function isAborted(signal: AbortSignal): boolean {
  return signal.aborted;
}
