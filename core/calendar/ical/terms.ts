import type { Window, WindowKind } from '../window.js';

/** The program that writes our calendars, as they name it (RFC 5545, section 3.7.3). */
export const ownProduct = '-//Lanekeeper//Release calendar//EN';

/** What a calendar does not say of its windows. */
export interface CalendarOptions extends Pick<Window, 'products' | 'lanes' | 'actions' | 'invokers' | 'inFlight'> {
  /** Of the events that have neither of the categories FREEZE and CHANGE-WINDOW. */
  readonly kind: WindowKind;
  /** What the names of the windows begin with, so that two calendars have no name in common; may be empty. */
  readonly prefix: string;
  /** In which zone times and days are that name none. */
  readonly zone?: string;
}

/** What of a calendar is no window, or not all of it. */
export interface Skipped {
  /** Where it stands, from 1. */
  readonly line: number;
  /** What it is, for people. */
  readonly what: string;
  readonly why: string;
}
