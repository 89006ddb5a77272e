import type { WindowTimes } from '../window.js';

/** What an event of a feed is, its only category. */
export type FeedCategory = 'FREEZE' | 'CHANGE-WINDOW' | 'SOAK' | 'SCHEDULED' | 'MILESTONE' | 'HOLD';

/** When an event of a feed is: as a window is, between two instants, or on a whole day of the calendar. */
export type FeedTimes =
  | WindowTimes
  | { readonly from: Date; readonly to: Date }
  /** `2026-12-24` */
  | { readonly day: string };

/** An event of a feed. */
export interface FeedEvent {
  /** The same whenever the event is written, and of no other one. */
  readonly uid: string;
  readonly summary: string;
  readonly description?: string;
  /** Of a page about it; left out unless it is one of HTTP. */
  readonly url?: string;
  readonly category: FeedCategory;
  readonly times: FeedTimes;
  readonly status?: 'TENTATIVE' | 'CONFIRMED' | 'CANCELLED';
  /** How often it has been changed: a calendar takes the version with the greater number. */
  readonly sequence: number;
  readonly changedAt: Date;
}
