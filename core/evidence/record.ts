import { Ajv2020 } from 'ajv/dist/2020.js';
import { LanekeeperError } from '../errors.js';
import recordSchema from '../schemas/record.schema.json' with { type: 'json' };
import { predicateProblems } from './predicate-problems.js';
import { predicateTypes } from './predicate-types.js';
import { type Statement, statementOf, type Subject } from './statement.js';

/** A single value of a record. */
export type RecordValue = string | number | boolean;

/**
 * The predicate `https://lanekeeper.dev/attestation/record/v1` (`core/schemas/record.schema.json`): what a person or a
 * machine records about a bundle, of a kind that a policy names. Of kind `metric` its values are those of metrics; of kind
 * `checklist` it has answers to the questions of a gate.
 */
export interface RecordPredicate {
  readonly kind: string;
  readonly values: Readonly<Record<string, RecordValue>>;
  /** By question. */
  readonly answers?: Readonly<Record<string, unknown>>;
  /** RFC 3339: when it happened or was measured, as claimed. It can only make the evidence older. */
  readonly at?: string;
  readonly url?: string;
  readonly comment?: string;
}

/** The statement that is signed. */
export function recordStatement(subjects: readonly Subject[], record: RecordPredicate): Statement<RecordPredicate> {
  return statementOf(predicateTypes.record, subjects, record);
}

const validate = new Ajv2020({
  allErrors: true,
  strict: true,
  allowUnionTypes: true,
  // Its conditions are about properties that are declared outside of them.
  strictTypes: false,
  strictRequired: false,
}).compile<RecordPredicate>(recordSchema);

/** Reads a record from a statement whose signature was verified. @throws EVIDENCE_INVALID naming each problem */
export function parseRecord({ predicate }: Pick<Statement, 'predicate'>): RecordPredicate {
  if (validate(predicate)) return predicate;
  throw new LanekeeperError('EVIDENCE_INVALID', {
    message: 'the record says something that records cannot say, or too little',
    why: predicateProblems(validate.errors),
    next: 'lane evidence attach makes one; docs/evidence.md describes its format',
  });
}

/** Whether a predicate is a record. */
export function isRecordPredicate(predicate: unknown): predicate is RecordPredicate {
  return validate(predicate);
}

/** Kinds of other statements, which no record can claim to be. */
export const reservedKinds: readonly string[] = [
  ...['provenance', 'sbom-spdx', 'sbom-cyclonedx', 'signature', 'commits', 'test-result', 'preview-check'],
  ...['decision', 'promotion', 'service-act', 'verification-summary', 'other'],
];
