import { useSyncExternalStore } from 'react';

/** What a person has chosen for this browser. */
export interface PageSettings {
  readonly theme: 'system' | 'light' | 'dark';
  readonly zone: 'local' | 'utc';
  /** Whether single keys do something; who dictates, or has keys that repeat, turns that off (WCAG 2.2, 2.1.4). */
  readonly keys: boolean;
}

const name = 'lanekeeper.settings';
const usual: PageSettings = { theme: 'system', zone: 'local', keys: true };
const listeners = new Set<() => void>();
let current = read();

/** The settings of this browser, kept from visit to visit. */
export const pageSettings = {
  get: (): PageSettings => current,
  change(change: Partial<PageSettings>): void {
    current = { ...current, ...change };
    localStorage.setItem(name, JSON.stringify(current));
    apply();
    for (const listener of listeners) listener();
  },
};

/** The settings, as they change. */
export function useSettings(): PageSettings {
  return useSyncExternalStore((listener) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  }, pageSettings.get);
}

/** Makes the document look as it was chosen. */
export function apply(): void {
  const root = document.documentElement;
  if (current.theme === 'system') delete root.dataset['theme'];
  else root.dataset['theme'] = current.theme;
}

function read(): PageSettings {
  try {
    const kept = JSON.parse(localStorage.getItem(name) ?? '{}') as Partial<Record<keyof PageSettings, unknown>>;
    return {
      theme: kept.theme === 'light' || kept.theme === 'dark' ? kept.theme : usual.theme,
      zone: kept.zone === 'utc' ? 'utc' : usual.zone,
      keys: kept.keys !== false,
    };
  } catch {
    return usual;
  }
}
