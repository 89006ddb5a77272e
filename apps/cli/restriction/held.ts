import { timestampDate } from '@bufbuild/protobuf/wkt';
import { type Hold as HoldMessage, type Restriction, WindowAction } from '#gen/governance/v1/restriction_pb.js';
import { type Hold, heldActions, type HoldSpec, scopeInWords } from '../../../core/restriction/model.js';
import { isLane } from '../../../core/lanes.js';
import { laneName } from '../output/words.js';

/** The holds of a scope as they are signed. */
export function holdsOf(restriction: Restriction | undefined): readonly Hold[] {
  return restriction?.spec.case === 'held' && !restriction.retired ? restriction.spec.value.holds.map(holdOf) : [];
}

function holdOf({ id, by, since, reason, stops }: HoldMessage): Hold {
  return {
    ...{ id, by, reason },
    since: since === undefined ? '' : timestampDate(since).toISOString(),
    stops: heldActions.filter((action) => stops.includes(WindowAction[action])),
  };
}

/** What the holds of a restriction are of. */
export function scopeOfHeld({ spec }: Restriction): Pick<HoldSpec, 'product' | 'lane'> {
  if (spec.case !== 'held') return {};
  const lane = laneName(spec.value.lane);
  return {
    ...(spec.value.product !== '' && { product: spec.value.product }),
    ...(isLane(lane) && { lane }),
  };
}

/** The same in words. */
export function scopeOfHeldInWords(restriction: Restriction): string {
  return scopeInWords(scopeOfHeld(restriction));
}
