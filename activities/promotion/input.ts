import { parseDigest } from '../../core/digest.js';
import { parseName } from '../../core/ids.js';
import {
  flag,
  json,
  objectOf,
  oneOf,
  optional,
  parseObject,
  type Parser,
  text,
  wholeNumber,
} from '../../core/input.js';
import { parseLane } from '../../core/lanes.js';
import { maxStatementLength, promotionId } from '../../core/promotion/input.js';
import { laneSteps, promotionKinds } from '../../core/promotion/state.js';
import type { Stimulus } from './types.js';

const ref = { tenant: parseName, promotionId };
const count = wholeNumber(0, Number.MAX_SAFE_INTEGER);
const seen = objectOf({ round: count, event: count });
const attempt = wholeNumber(1, 1_000_000);
const statement = json(maxStatementLength);

const stimulus: Parser<Stimulus> = (value, object) => {
  const type = oneOf(
    'woken',
    'time',
    'statement',
    'step-ended',
  )((value as { readonly type?: unknown } | null | undefined)?.type, `${object}: type`);
  switch (type) {
    case 'woken':
      return parseObject(value, object, { type: oneOf('woken') });
    case 'time':
      return parseObject(value, object, { type: oneOf('time') });
    case 'statement':
      return parseObject(value, object, {
        type: oneOf('statement'),
        statement,
        frontDoor: oneOf('UPDATE', 'SIGNAL'),
      });
    case 'step-ended':
      return parseObject(value, object, {
        type: oneOf('step-ended'),
        step: oneOf(...laneSteps),
        attempt,
        alone: optional(flag),
        error: optional(objectOf({ code: text(100), message: text(2_000, 0) })),
      });
  }
};

const parserOf =
  <T>(name: string, parse: (value: unknown, object: string) => T) =>
  (value: unknown): T =>
    parse(value, `input of activity ${name}`);

/** Reads the inputs of the activities that promotions use. Each throws INVALID_INPUT, which is never retried. */
export const parsePromotionActivityInput = {
  openPromotion: parserOf('openPromotion', (value, object) =>
    parseObject(value, object, {
      tenant: parseName,
      product: parseName,
      lane: (lane: unknown) => parseLane(lane),
      bundle: parseDigest,
      kind: oneOf(...promotionKinds),
      request: optional(statement),
      firstRunId: promotionId,
      promotion: optional(promotionId),
    }),
  ),
  advance: parserOf('advance', (value, object) => parseObject(value, object, { ...ref, stimulus, seen })),
  guardBundle: parserOf('guardBundle', (value, object) => parseObject(value, object, { ...ref, attempt })),
  attestPromotion: parserOf('attestPromotion', (value, object) => parseObject(value, object, ref)),
  moveLane: parserOf('moveLane', (value, object) =>
    parseObject(value, object, { ...ref, step: oneOf(...laneSteps), attempt }),
  ),
} as const;
