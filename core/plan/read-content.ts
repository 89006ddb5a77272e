import { isDigest, type Digest } from '../digest.js';
import {
  invalidInput,
  listOf,
  flag,
  objectOf,
  oneOf,
  optional,
  type Parser,
  parseObject,
  text,
  wholeNumber,
} from '../input.js';
import { lanes } from '../lanes.js';
import { verdicts } from '../policy/verdict.js';
import { priorities } from '../promotion/schedule.js';
import { promotionKinds } from '../promotion/state.js';
import { restrictionKinds } from '../restriction/model.js';
import type { PlanContent } from './content.js';

const digest: Parser<Digest> = (value, object) => {
  if (isDigest(value)) return value;
  throw invalidInput(object, 'it is not a digest');
};

function orNull<T>(parser: Parser<T>): Parser<T | null> {
  return (value, object) => (value === null ? null : parser(value, object));
}

const name = text(1_000);

/** Reads the content of a plan that was kept. @throws INVALID_INPUT where it is none */
export function readPlanContent(kept: string): PlanContent {
  let value: unknown;
  try {
    value = JSON.parse(kept);
  } catch {
    throw invalidInput('plan', 'it is not JSON');
  }
  return parseObject(value, 'plan', {
    tenant: name,
    product: name,
    bundle: digest,
    lane: oneOf(...lanes),
    kind: oneOf(...promotionKinds),
    requester: name,
    policy: digest,
    definition: text(1_000, 0),
    live: orNull(digest),
    gates: listOf(
      objectOf({ gate: name, verdict: oneOf(...verdicts), severity: oneOf('BLOCKING', 'ADVISORY'), inputs: digest }),
      10_000,
    ),
    notices: listOf(name, 1_000),
    restrictions: listOf(
      objectOf({
        kind: oneOf(...restrictionKinds),
        name,
        revision: wholeNumber(0, Number.MAX_SAFE_INTEGER),
        content: digest,
        by: text(1_000, 0),
      }),
      100_000,
    ),
    problem: orNull(text(100_000)),
    queue: listOf(objectOf({ id: name, holds: flag }), 100_000),
    schedule: objectOf({
      notBefore: optional(name),
      notAfter: optional(name),
      priority: oneOf(...priorities),
    }),
  });
}
