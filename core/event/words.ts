import { type Words, wordsOf as wordsOfMethod } from '../policy/words-of-profile.js';
import { type Concern, eventTerms } from './registry.js';
import type { MethodEventType } from './types.js';

/** An event as it is written, or as it was read from the log: then its data is that of the version of that day. */
interface LoggedEvent {
  readonly type: string;
  readonly data: object;
}

const neutral = wordsOfMethod();

/** One line for a method event, as a timeline shows it. Types that are not known here stand for themselves. */
export function wordsOf({ type, data }: LoggedEvent, say: Words = neutral): string {
  return isMethodEventType(type) ? eventTerms[type].words(fieldsOf(data), say) : type;
}

/** Whom an event concerns. Types that are not known here concern nobody. */
export function concernsOf({ type, data }: LoggedEvent): readonly Concern[] {
  return isMethodEventType(type) ? (eventTerms[type].concerns?.(fieldsOf(data)) ?? []) : [];
}

function isMethodEventType(type: string): type is MethodEventType {
  return Object.hasOwn(eventTerms, type);
}

function fieldsOf(data: object): (name: string) => string {
  return (name) => {
    const value = (data as Readonly<Partial<Record<string, unknown>>>)[name];
    return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
  };
}
