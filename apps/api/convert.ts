import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import { create } from '@bufbuild/protobuf';
import type { Timestamp } from '@bufbuild/protobuf/wkt';
import type { Lane as LaneName } from '../../core/lanes.js';
import { LanekeeperError } from '../../core/errors.js';
import type { Standing as StandingName } from '../../core/promotion/standing.js';
import { type PromotionKind as PromotionKindName, promotionKinds } from '../../core/promotion/state.js';
import { type ErrorDetail, ErrorDetailSchema } from '#gen/governance/v1/error_pb.js';
import { Lane } from '#gen/governance/v1/lane_pb.js';
import { PromotionKind } from '#gen/governance/v1/policy_pb.js';
import { Standing } from '#gen/release/v1/promotion_pb.js';

const laneNumbers: Readonly<Record<LaneName, Lane>> = { bronze: Lane.BRONZE, silver: Lane.SILVER, gold: Lane.GOLD };

/** A lane for the wire; unspecified for none. */
export function toLane(lane: LaneName | null): Lane {
  return lane === null ? Lane.UNSPECIFIED : laneNumbers[lane];
}

/** A lane from the wire; undefined when the caller set none. @throws UNKNOWN_LANE for a number that is not a lane */
export function fromLane(lane: Lane): LaneName | undefined {
  switch (lane) {
    case Lane.UNSPECIFIED:
      return undefined;
    case Lane.BRONZE:
      return 'bronze';
    case Lane.SILVER:
      return 'silver';
    case Lane.GOLD:
      return 'gold';
    default:
      throw new LanekeeperError('UNKNOWN_LANE', { message: `there is no lane number ${String(lane)}` });
  }
}

/** A required lane from the wire. @throws UNKNOWN_LANE */
export function requireLane(lane: Lane): LaneName {
  const name = fromLane(lane);
  if (name === undefined)
    throw new LanekeeperError('UNKNOWN_LANE', {
      message: 'a lane is required',
      next: 'the lanes are bronze, silver and gold',
    });
  return name;
}

/** A kind of promotion for the wire. */
export function toPromotionKind(kind: PromotionKindName): PromotionKind {
  return PromotionKind[kind];
}

/** A kind of promotion from the wire; an ordinary one if nothing is said. */
export function fromPromotionKind(kind: PromotionKind): PromotionKindName {
  return promotionKinds.find((name) => PromotionKind[name] === kind) ?? 'PROMOTION';
}

/** How what is live stands, for the wire. */
export function toStanding(standing: StandingName | null): Standing {
  return Standing[standing ?? 'UNSPECIFIED'];
}

/** A timestamp field, omitted when there is no instant. */
export function instant<K extends string>(name: K, date: Date | null | undefined): Partial<Record<K, Timestamp>> {
  const fields: Partial<Record<K, Timestamp>> = {};
  if (date !== null && date !== undefined) fields[name] = timestampFromDate(date);
  return fields;
}

/** Text shortened to a length that the contract allows. */
export function bounded(text: string | null | undefined, length: number): string {
  const value = text ?? '';
  return value.length <= length ? value : `${value.slice(0, length - 1)}…`;
}

/** A stored error for the wire; undefined when there is none. */
export function toErrorDetail(error: unknown): ErrorDetail | undefined {
  if (typeof error !== 'object' || error === null) return undefined;
  const text = (name: string): string => {
    const value: unknown = Reflect.get(error, name);
    return typeof value === 'string' ? value : '';
  };
  return create(ErrorDetailSchema, {
    reason: /^[A-Z][A-Z_]{1,62}$/.test(text('code')) ? text('code') : 'INTERNAL',
    message: bounded(text('message'), 4000),
    object: bounded(text('object') || text('step'), 1000),
    why: bounded(text('why'), 4000),
    next: bounded(text('next'), 2000),
  });
}
