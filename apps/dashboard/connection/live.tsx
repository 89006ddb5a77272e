import { createClient } from '@connectrpc/connect';
import { timestampDate } from '@bufbuild/protobuf/wkt';
import { type QueryClient, type QueryKey, useQueryClient } from '@tanstack/react-query';
import { createContext, type ReactNode, useContext, useEffect, useMemo, useRef, useState } from 'react';
import { EventService, type MethodEvent } from '#gen/audit/v1/event_service_pb.js';
import { isAffected } from './affected.js';
import { learnClock } from './clock.js';
import { isSignedOut } from './problem.js';
import { transport } from './transport.js';

/** How the page learns of what happens. */
export interface Live {
  /** `away`: the server does not answer; the page asks again now and then. */
  readonly state: 'connecting' | 'live' | 'paused' | 'away';
  /** How many events have come while the page was paused. */
  readonly missed: number;
  readonly pause: () => void;
  readonly resume: () => void;
}

/** How often what is shown is asked for again while the stream is away, in milliseconds. */
const pollMs = 15_000;
/** A stream that says nothing for longer is stuck: the server sends something every 15 s. */
const silenceMs = 40_000;
/** Events that come one after another are answered together, after so many milliseconds. */
const gatherMs = 250;

const LiveContext = createContext<Live>({
  state: 'connecting',
  missed: 0,
  pause: () => undefined,
  resume: () => undefined,
});

/** How the page learns of what happens. */
export function useLive(): Live {
  return useContext(LiveContext);
}

/** Follows the log of method events, and has everything asked for again that an event may have changed. */
export function LiveProvider({ children }: { readonly children: ReactNode }) {
  const queries = useQueryClient();
  const [state, setState] = useState<'connecting' | 'live' | 'away'>('connecting');
  const [isPaused, setPaused] = useState(false);
  const [missed, setMissed] = useState(0);
  const paused = useRef(false);

  useEffect(() => {
    const stopped = new AbortController();
    void follow(stopped.signal, setState, (events) => {
      if (paused.current) setMissed((count) => count + events.length);
      else void refresh(queries, events);
    });
    return () => stopped.abort();
  }, [queries]);

  useEffect(() => {
    if (state !== 'away' || isPaused) return undefined;
    const timer = setInterval(() => void queries.invalidateQueries(), pollMs);
    return () => clearInterval(timer);
  }, [state, isPaused, queries]);

  const live = useMemo<Live>(
    () => ({
      state: isPaused ? 'paused' : state,
      missed,
      pause: () => {
        paused.current = true;
        setPaused(true);
      },
      resume: () => {
        paused.current = false;
        setPaused(false);
        setMissed(0);
        void queries.invalidateQueries();
      },
    }),
    [isPaused, missed, queries, state],
  );
  return <LiveContext value={live}>{children}</LiveContext>;
}

/** Follows the log until it is stopped; where the stream breaks, it goes on from the same place. */
async function follow(
  signal: AbortSignal,
  setState: (state: 'connecting' | 'live' | 'away') => void,
  onEvents: (events: readonly MethodEvent[]) => void,
): Promise<void> {
  const client = createClient(EventService, transport);
  let cursor = '';
  let pauseMs = 500;
  const isStopped = () => signal.aborted;
  while (!isStopped()) {
    const attempt = new AbortController();
    const watchdog = new Watchdog(silenceMs, () => attempt.abort());
    try {
      const stream = client.watchEvents({ after: cursor }, { signal: AbortSignal.any([signal, attempt.signal]) });
      for await (const { events, cursor: next, now } of stream) {
        watchdog.reset();
        if (now !== undefined) learnClock(timestampDate(now));
        setState('live');
        pauseMs = 500;
        cursor = next;
        if (events.length > 0) onEvents(events);
      }
    } catch (error) {
      if (isStopped()) return;
      setState('away');
      // Whoever is signed out has to sign in; nothing is followed until then.
      if (isSignedOut(error)) pauseMs = pollMs;
    } finally {
      watchdog.stop();
    }
    await delay(pauseMs, signal);
    pauseMs = Math.min(pauseMs * 2, pollMs);
  }
}

let gathered: MethodEvent[] = [];

async function refresh(queries: QueryClient, events: readonly MethodEvent[]): Promise<void> {
  const isFirst = gathered.length === 0;
  gathered.push(...events);
  if (!isFirst) return;
  await delay(gatherMs);
  const all = gathered;
  gathered = [];
  await queries.invalidateQueries({
    predicate: ({ queryKey }) => {
      const asked = askedBy(queryKey);
      return asked !== undefined && all.some((event) => isAffected(asked, event));
    },
  });
}

/** What a query asks for: the keys are those of Connect-Query. */
function askedBy(key: QueryKey): Parameters<typeof isAffected>[0] | undefined {
  const [, about] = key as readonly [
    unknown,
    { serviceName?: string; methodName?: string; input?: unknown } | undefined,
  ];
  if (about?.methodName === undefined) return undefined;
  const service = about.serviceName?.split('.').at(-1) ?? '';
  const input = typeof about.input === 'object' && about.input !== null ? about.input : {};
  return { service, method: about.methodName, input: input as Record<string, unknown> };
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

function delay(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal?.addEventListener('abort', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}
