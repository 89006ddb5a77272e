import { createClient } from '@connectrpc/connect';
import { timestampDate } from '@bufbuild/protobuf/wkt';
import { EventService, type MethodEvent } from '#gen/audit/v1/event_service_pb.js';
import { pageSecretName } from './page-secret.js';
import { isSignedOut } from './problem.js';
import { transport } from './transport.js';

/** How the stream stands. `away`: the server is not heard. */
export type StreamState = 'connecting' | 'live' | 'away';

/** What the stream has said, to every tab. */
export interface Heard {
  readonly state: StreamState;
  readonly events: readonly MethodEvent[];
  /** Where to continue; empty as long as nothing was heard. */
  readonly cursor: string;
  /** The server's clock, in milliseconds; absent when it said nothing. */
  readonly serverMs?: number;
}

/** How often a server that is away is asked again at most, in milliseconds. */
export const pollMs = 15_000;
/** A stream that says nothing for longer is stuck: the server sends something every 15 s. */
const silenceMs = 40_000;
const firstPauseMs = 500;

const name = 'lanekeeper-live';

/**
 * Follows the log of method events until it is stopped. Browsers keep few connections to a server open at a time, and a
 * stream takes one: so one tab follows, tells the others, and when it closes another one goes on where it was.
 *
 * @param onHeard called in every tab
 */
export function followShared(signal: AbortSignal, onHeard: (heard: Heard) => void): void {
  const channel = new BroadcastChannel(name);
  let last: Heard = { state: 'connecting', events: [], cursor: '' };
  const hear = (heard: Heard): void => {
    last = { ...heard, events: [] };
    onHeard(heard);
  };
  let isLeader = false;
  channel.onmessage = ({ data }: MessageEvent<Heard | 'how is it?'>) => {
    if (data !== 'how is it?') hear(data);
    else if (isLeader) channel.postMessage(last);
  };
  channel.postMessage('how is it?');
  signal.addEventListener('abort', () => channel.close());
  const lead = (): Promise<void> => {
    isLeader = true;
    return follow(signal, last.cursor, (heard) => {
      hear(heard);
      if (!signal.aborted) channel.postMessage(heard);
    });
  };
  // Without a secure context there are no locks: then each tab follows by itself.
  const { locks } = navigator as { readonly locks?: LockManager };
  if (locks === undefined) void lead();
  else void locks.request(name, { signal }, lead).catch(() => undefined);
}

/** Follows the log; where the stream breaks, it goes on from the same place. */
async function follow(signal: AbortSignal, from: string, onHeard: (heard: Heard) => void): Promise<void> {
  const client = createClient(EventService, transport);
  let cursor = from;
  let pauseMs = firstPauseMs;
  const isStopped = () => signal.aborted;
  while (!isStopped()) {
    const attempt = new AbortController();
    const watchdog = new Watchdog(silenceMs, () => attempt.abort());
    try {
      const stream = client.watchEvents({ after: cursor }, { signal: AbortSignal.any([signal, attempt.signal]) });
      for await (const { events, cursor: next, now } of stream) {
        watchdog.reset();
        pauseMs = firstPauseMs;
        cursor = next;
        const serverMs = now === undefined ? undefined : timestampDate(now).getTime();
        onHeard({ state: 'live', events, cursor, ...(serverMs !== undefined && { serverMs }) });
      }
    } catch (error) {
      if (isStopped()) return;
      onHeard({ state: 'away', events: [], cursor });
      // Whoever is signed out has to sign in; nothing is followed until then.
      if (isSignedOut(error)) pauseMs = pollMs;
    } finally {
      watchdog.stop();
    }
    await pause(pauseMs, signal);
    pauseMs = Math.min(pauseMs * 2, pollMs);
  }
}

/** Calls back when nothing has happened for a while. */
class Watchdog {
  #timer: ReturnType<typeof setTimeout> | undefined;
  readonly #ms: number;
  readonly #onSilence: () => void;

  constructor(ms: number, onSilence: () => void) {
    this.#ms = ms;
    this.#onSilence = onSilence;
    this.reset();
  }

  reset(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(this.#onSilence, this.#ms);
  }

  stop(): void {
    clearTimeout(this.#timer);
  }
}

/** Waits; less long when another tab has signed in meanwhile. */
function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(end, ms);
    const onStorage = ({ key }: StorageEvent): void => {
      if (key === pageSecretName) end();
    };
    function end(): void {
      clearTimeout(timer);
      removeEventListener('storage', onStorage);
      signal.removeEventListener('abort', end);
      resolve();
    }
    addEventListener('storage', onStorage);
    signal.addEventListener('abort', end);
  });
}
