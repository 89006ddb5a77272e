import type { Digest } from '../digest.js';
import { shortId } from '../ids.js';
import type { Lane } from '../lanes.js';
import type { CalendarEntry } from './calendar-entry.js';

/** A gate that opens by time alone. */
export interface SoakingGate {
  readonly gate: string;
  /** When it does, if nothing else changes. */
  readonly opensAt: Date;
  /** The round that says so, and when that was. */
  readonly round: number;
  readonly evaluatedAt: Date;
}

/** A promotion that has not begun to take its lane, as far as a calendar shows it. */
export interface WaitingPromotion {
  readonly id: string;
  readonly product: string;
  readonly lane: Lane;
  readonly bundle: Digest;
  /** Undefined where nobody has signed a request. */
  readonly requester: string | undefined;
  readonly requestedAt: Date;
  /** As its request says: not before, and not after. */
  readonly startsAt: Date | undefined;
  readonly notAfter: Date | undefined;
  readonly soaks: readonly SoakingGate[];
}

/** What a calendar shows of a promotion that waits: its schedule, and the gates that time alone will open. */
export function entriesOfWaiting(promotion: WaitingPromotion): readonly CalendarEntry[] {
  const { id, product, lane, bundle, requester = '', requestedAt, startsAt, notAfter, soaks } = promotion;
  const about = { name: product, key: id, owner: requester, products: [product], lanes: [lane], isAllDay: false };
  const what = `${shortId(bundle)} to ${lane}`;
  const kind = 'SCHEDULED' as const;
  const said = { ...about, kind, actions: [], revision: 0, changedAt: requestedAt };
  return [
    ...(startsAt === undefined
      ? []
      : [
          {
            ...{ ...said, from: startsAt, to: notAfter ?? startsAt },
            title: notAfter === undefined ? `${what} begins at the earliest` : `${what} may begin`,
          },
        ]),
    ...(startsAt !== undefined || notAfter === undefined
      ? []
      : [{ ...said, from: notAfter, to: notAfter, title: `${what} must have begun` }]),
    ...soaks.map(({ gate, opensAt, round, evaluatedAt }) => ({
      ...{ ...about, kind: 'SOAK' as const, actions: [], gate, revision: round, changedAt: evaluatedAt },
      // Evaluated late, it may be over already.
      ...{ from: requestedAt < opensAt ? requestedAt : opensAt, to: opensAt },
      title: `${what} waits for ${gate}`,
    })),
  ];
}
