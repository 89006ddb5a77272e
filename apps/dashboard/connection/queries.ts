import { MutationCache, QueryCache, QueryClient } from '@tanstack/react-query';
import { isSignedOut, problemOf } from './problem.js';
import { sessionState } from './session-state.js';

const onError = (error: unknown): void => {
  if (isSignedOut(error)) sessionState.end();
};

/**
 * What the page has been answered. It is kept until the log of events says that it may have changed, so that nothing is
 * asked for on a schedule; trouble with the connection is tried again, a refusal is not.
 */
export const queries = new QueryClient({
  queryCache: new QueryCache({ onError, onSuccess: () => sessionState.begin() }),
  mutationCache: new MutationCache({ onError }),
  defaultOptions: {
    queries: {
      staleTime: 60_000,
      refetchOnWindowFocus: false,
      retry: (failures, error) => failures < 2 && isTrouble(error),
      retryDelay: (failures) => Math.min(500 * 2 ** failures, 4_000),
    },
    mutations: { retry: false },
  },
});

const trouble: readonly string[] = ['UNAVAILABLE', 'BUSY', 'TIMED_OUT'];

function isTrouble(error: unknown): boolean {
  return trouble.includes(problemOf(error).code);
}
