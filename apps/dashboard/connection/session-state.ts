import { useSyncExternalStore } from 'react';

const listeners = new Set<() => void>();
let isEnded = false;

/** Whether the server has said that the session of this browser has ended. */
export const sessionState = {
  end: () => set(true),
  begin: () => set(false),
};

/** Whether the session has ended while the page was open. */
export function useSessionEnded(): boolean {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => isEnded,
  );
}

function set(value: boolean): void {
  if (isEnded === value) return;
  isEnded = value;
  for (const listener of listeners) listener();
}
