import { type QueryClient, useQueryClient } from '@tanstack/react-query';
import { createContext, type ReactNode, useContext, useEffect, useMemo, useRef, useState } from 'react';
import type { MethodEvent } from '#gen/audit/v1/event_service_pb.js';
import { isAffected } from './affected.js';
import { askAgain } from './asked.js';
import { learnClock } from './clock.js';
import { followShared, pollMs, type StreamState } from './follow.js';

/** How the page learns of what happens. */
export interface Live {
  /** `away`: the server is not heard; the page asks again now and then. */
  readonly state: StreamState | 'paused';
  /** How many events have come while the page was paused. */
  readonly missed: number;
  readonly pause: () => void;
  readonly resume: () => void;
}

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
  const [state, setState] = useState<StreamState>('connecting');
  const [isPaused, setPaused] = useState(false);
  const [missed, setMissed] = useState(0);
  const paused = useRef(false);

  useEffect(() => {
    const stopped = new AbortController();
    followShared(stopped.signal, ({ state: heard, events, serverMs }) => {
      setState(heard);
      if (serverMs !== undefined) learnClock(new Date(serverMs));
      if (events.length === 0) return;
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

let gathered: MethodEvent[] = [];

async function refresh(queries: QueryClient, events: readonly MethodEvent[]): Promise<void> {
  const isFirst = gathered.length === 0;
  gathered.push(...events);
  if (!isFirst) return;
  await new Promise((resolve) => setTimeout(resolve, gatherMs));
  const all = gathered;
  gathered = [];
  await askAgain(queries, (asked) => all.some((event) => isAffected(asked, event)));
}
