import type { WindowAction, WindowKind } from '../calendar/window.js';
import type { Lane } from '../lanes.js';
import type { Readiness } from '../transformation/model.js';

/** Something that is there for a time. */
export interface CalendarEntry {
  readonly kind: WindowKind | 'HOLD' | 'MILESTONE' | 'TIMEBOX' | 'SCHEDULED' | 'SOAK';
  /** Of a window, of the scope of a hold, of a transformation, or of the product of a promotion. */
  readonly name: string;
  /** Of a hold or promotion its id, of a milestone or timebox what names it in its transformation. */
  readonly key?: string;
  /** Of a soak, the gate that time opens. */
  readonly gate?: string;
  readonly title: string;
  readonly owner: string;
  /** Of whole days, midnight in UTC of the first. */
  readonly from: Date;
  /** Half-open; of whole days, midnight in UTC after the last. Absent of what lasts until somebody ends it. */
  readonly to?: Date;
  readonly isAllDay: boolean;
  /** All if absent. */
  readonly products?: readonly string[];
  readonly lanes?: readonly Lane[];
  readonly actions: readonly WindowAction[];
  /** Of a window, for whom it holds; for everybody if absent. */
  readonly invokers?: readonly string[];
  readonly readiness?: Readiness;
  /** How often what it is of has been changed, and when last. */
  readonly revision: number;
  readonly changedAt: Date;
}
