import { create } from '@bufbuild/protobuf';
import type { Digest } from '../../../core/digest.js';
import { gateChanges } from '../../../core/governance/gate-changes.js';
import { parseDocument } from '../../../core/governance/parse-document.js';
import {
  type GateDifference,
  GateDifferenceKind,
  GateDifferenceSchema,
} from '#gen/governance/v1/governance_service_pb.js';
import { bounded, toLane } from '../convert.js';
import { limits } from '../limits/limits.js';
import { TimeBudget } from '../limits/time-budget.js';

const kinds = {
  added: GateDifferenceKind.ADDED,
  removed: GateDifferenceKind.REMOVED,
  changed: GateDifferenceKind.CHANGED,
  'left-out': GateDifferenceKind.LEFT_OUT,
  'no-longer-left-out': GateDifferenceKind.NO_LONGER_LEFT_OUT,
  refined: GateDifferenceKind.REFINED,
  'no-longer-refined': GateDifferenceKind.NO_LONGER_REFINED,
  'refinement-changed': GateDifferenceKind.REFINEMENT_CHANGED,
  extends: GateDifferenceKind.EXTENDS,
} as const;

/** How many changes an answer holds, and how many fields of each. */
const most = { changes: 1_000, fields: 500 } as const;

/** A version and its text. */
interface VersionText {
  readonly digest: Digest;
  readonly text: string;
}

/** How many answers are kept: a version never changes, and reading two large ones takes long. */
const maxKept = 50;

/** Compares versions for callers, each pair once while it is remembered. */
export class GateComparison {
  readonly #kept = new Map<string, GateDifference[]>();
  readonly #budget = new TimeBudget(limits.compareMs, {
    message: 'too many versions were compared',
    next: 'try again in a minute',
  });

  /**
   * What one version changes of the gates in another, for the wire; nothing where one of them cannot be read any more.
   *
   * @param who asks, with the tenant
   * @throws LIMIT_EXCEEDED
   */
  changes(who: string, before: VersionText, after: VersionText): GateDifference[] {
    const key = `${before.digest} ${after.digest}`;
    const known = this.#kept.get(key) ?? this.#budget.spend(who, () => compared(before.text, after.text));
    // The one that was asked for last is the last to go.
    this.#kept.delete(key);
    this.#kept.set(key, known);
    for (const oldest of this.#kept.keys()) if (this.#kept.size > maxKept) this.#kept.delete(oldest);
    return known;
  }
}

function compared(before: string, after: string): GateDifference[] {
  const found = changesIn(before, after) ?? [];
  return found.slice(0, most.changes).map(({ gate = '', override = '', change, lanes, fields }) =>
    create(GateDifferenceSchema, {
      ...{ gateId: gate, override, kind: kinds[change], lanes: lanes.map(toLane) },
      fields: fields.slice(0, most.fields).map((one) => ({
        ...{ field: bounded(one.field, 200), before: bounded(one.before, 4000), after: bounded(one.after, 4000) },
      })),
    }),
  );
}

function changesIn(before: string, after: string): ReturnType<typeof gateChanges> {
  try {
    return gateChanges(parseDocument(before, 'before'), parseDocument(after, 'after'));
  } catch {
    return undefined;
  }
}
