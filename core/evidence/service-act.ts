import { Ajv2020 } from 'ajv/dist/2020.js';
import serviceActSchema from '../schemas/service-act.schema.json' with { type: 'json' };
import { type Digest, digestOfHex } from '../digest.js';
import { LanekeeperError } from '../errors.js';
import type { Lane } from '../lanes.js';
import { type ActEventType, actOfType, type ServiceAct } from '../promotion/acts.js';
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
  if (statement.predicateType !== predicateTypes.serviceAct)
    throw invalid(`its type is ${statement.predicateType}, not ${predicateTypes.serviceAct}`);
  const [subject, ...others] = statement.subject;
  if (subject === undefined || others.length > 0) throw invalid('its subject is not exactly one bundle');
  const { predicate } = statement;
  if (!validate(predicate)) {
    throw invalid(
      (validate.errors ?? [])
        .map((error) => `${error.instancePath || 'the predicate'} ${error.message ?? 'is invalid'}`)
        .join('; '),
    );
  }
  const { act, event, product } = predicate;
  if (subject.name !== product)
    throw invalid(`its subject is named ${JSON.stringify(subject.name.slice(0, 80))} and its product ${product}`);
  if (actOfType(event.type) !== act) throw invalid(`an event of type ${event.type} records no ${act}`);
  return { ...predicate, bundle: digestOfHex(subject.digest.sha256) };
}

function invalid(why: string): LanekeeperError {
  return new LanekeeperError('EVIDENCE_INVALID', {
    message: 'this is not a service statement',
    why,
    next: 'the format is core/schemas/service-act.schema.json',
  });
}
