import { type Concern, eventTerms } from './registry.js';
import type { MethodEventType } from './types.js';

/** An event as it was read from the log. Its data was written by the version of that day. */
interface LoggedEvent {
  readonly type: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** One line for a method event, as a timeline shows it. Types that are not known here stand for themselves. */
export function wordsOf({ type, data }: LoggedEvent): string {
  return isMethodEventType(type) ? eventTerms[type].words(fieldsOf(data)) : type;
}

/** Whom an event concerns. Types that are not known here concern nobody. */
export function concernsOf({ type, data }: LoggedEvent): readonly Concern[] {
  return isMethodEventType(type) ? (eventTerms[type].concerns?.(fieldsOf(data)) ?? []) : [];
}

function isMethodEventType(type: string): type is MethodEventType {
  return Object.hasOwn(eventTerms, type);
}

function fieldsOf(data: LoggedEvent['data']): (name: string) => string {
  return (name) => {
    const value = data[name];
    return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
  };
}
