import { useSyncExternalStore } from 'react';

/** Where it is kept. */
export const pageSecretName = 'lanekeeper.page';

const listeners = new Set<() => void>();

/**
 * The page's half of the secret of its session. Storage is per origin, port included, where the cookie with the other half
 * is not; and all tabs of a browser share it.
 */
export const pageSecret = {
  get: (): string | undefined => localStorage.getItem(pageSecretName) ?? undefined,
  keep(secret: string): void {
    localStorage.setItem(pageSecretName, secret);
    changed();
  },
  forget(): void {
    localStorage.removeItem(pageSecretName);
    changed();
  },
};

/** Whether this browser has been signed in; its session can have ended meanwhile. Follows what other tabs do. */
export function useHasSecret(): boolean {
  return useSyncExternalStore(subscribe, () => pageSecret.get() !== undefined);
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  addEventListener('storage', listener);
  return () => {
    listeners.delete(listener);
    removeEventListener('storage', listener);
  };
}

function changed(): void {
  for (const listener of listeners) listener();
}
