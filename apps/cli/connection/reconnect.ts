import { setTimeout as delay } from 'node:timers/promises';
import { domainErrorOf } from '../errors/domain-error.js';
import type { Context } from '../program/context.js';

const retryIntervalMs = 500;
const giveUpAfterMs = 120_000;

/**
 * Reads a stream from the API until `onMessage` returns a value; reopens it when it breaks or the stack is temporarily
 * unavailable.
 *
 * @returns the value, or undefined once `signal` is aborted
 * @throws the error of the API, or UNAVAILABLE when the stack does not come back
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

/** A function, because a signal can be aborted during an await. */
function isAborted(signal: AbortSignal): boolean {
  return signal.aborted;
}
