import { Ajv2020 } from 'ajv/dist/2020.js';
import serviceActSchema from '../schemas/service-act.schema.json' with { type: 'json' };
import type { Digest } from '../digest.js';
import { LanekeeperError } from '../errors.js';
import type { Lane } from '../lanes.js';
import { type ActEventType, actOfType, type ServiceAct } from '../promotion/acts.js';
import { readBundlePredicate } from './bundle-predicate.js';
import { predicateTypes } from './predicate-types.js';
import { type Statement, statementOf, subjectOf } from './statement.js';

/**
 * The predicate `https://lanekeeper.dev/attestation/service-act/v1` (`core/schemas/service-act.schema.json`): what the
 * service did to a promotion without a person.
 */
export interface ServiceActPredicate {
  readonly act: ServiceAct;
  readonly tenant: string;
  readonly product: string;
  readonly lane: Lane;
  readonly promotion: { readonly id: string; readonly workflowId: string };
  readonly policySnapshot: Digest;
  /** The method event that records the act. */
  readonly event: { readonly id: number; readonly type: ActEventType };
  /** RFC 3339 in UTC: the time of the event. */
  readonly occurredAt: string;
}

/** An act with what it is about. */
export interface ServiceActRecord extends ServiceActPredicate {
  readonly bundle: Digest;
}

const validate = new Ajv2020({ allErrors: true, strict: true }).compile<ServiceActPredicate>(serviceActSchema);

/** The statement on an act of the service, about the bundle. */
export function serviceActStatement(record: ServiceActRecord): Statement<ServiceActPredicate> {
  const { bundle, ...predicate } = record;
  return statementOf(predicateTypes.serviceAct, [subjectOf(record.product, bundle)], predicate);
}

/**
 * Reads an act from a statement whose signature was verified.
 * @throws EVIDENCE_INVALID naming every problem
 */
export function parseServiceActStatement(statement: Statement): ServiceActRecord {
  const record = readBundlePredicate(statement, { type: predicateTypes.serviceAct, validate, invalid });
  const { act, event } = record;
  if (actOfType(event.type) !== act) throw invalid(`an event of type ${event.type} records no ${act}`);
  return record;
}

function invalid(why: string): LanekeeperError {
  return new LanekeeperError('EVIDENCE_INVALID', {
    message: 'this is not a service statement',
    why,
    next: 'docs/evidence.md describes its format',
  });
}
