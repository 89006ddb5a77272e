import { type Digest, digestOfHex, hexOf } from '../digest.js';
import { LanekeeperError } from '../errors.js';
import { canonicalJson } from '../hash.js';

/** The type of an in-toto Statement v1. */
export const statementType = 'https://in-toto.io/Statement/v1';

/** The payload type of an in-toto statement in a DSSE envelope. */
export const payloadType = 'application/vnd.in-toto+json';

/** What a statement is about; matching is by digest only, the name is for people. */
export interface Subject {
  readonly name: string;
  readonly digest: { readonly sha256: string };
}

/** An in-toto Statement v1: `predicate` is a claim of type `predicateType` about the subjects. */
export interface Statement<P = unknown> {
  readonly _type: typeof statementType;
  readonly subject: readonly Subject[];
  readonly predicateType: string;
  readonly predicate: P;
}

/** A subject from a digest. */
export function subjectOf(name: string, digest: Digest): Subject {
  return { name, digest: { sha256: hexOf(digest) } };
}

/** A statement about the subjects. */
export function statementOf<P>(predicateType: string, subject: readonly Subject[], predicate: P): Statement<P> {
  return { _type: statementType, subject, predicateType, predicate };
}

/** The digests that a statement is about. */
export function subjectDigestsOf(statement: Statement): Digest[] {
  return statement.subject.map((subject) => digestOfHex(subject.digest.sha256));
}

/**
 * Requires that a verified statement is of this type and about this digest.
 * @throws EVIDENCE_INVALID
 */
export function requireAbout(statement: Statement, predicateType: string, digest: Digest): void {
  if (statement.predicateType !== predicateType)
    throw invalid(`it is of type ${statement.predicateType}, not ${predicateType}`);
  if (!subjectDigestsOf(statement).includes(digest)) throw invalid(`it is not about ${digest}`);
}

/** The bytes that are signed: canonical JSON, so that the same statement always has the same digest. */
export function statementBytes(statement: Statement): Uint8Array {
  return new TextEncoder().encode(canonicalJson(statement));
}

/** Reads a statement, ignoring unknown fields as in-toto requires. @throws EVIDENCE_INVALID naming the field */
export function parseStatement(value: unknown): Statement {
  if (!isRecord(value)) throw invalid('it is not a JSON object');
  if (value['_type'] !== statementType) throw invalid(`_type is not ${statementType}`);
  const { subject, predicateType, predicate } = value;
  if (!Array.isArray(subject) || subject.length === 0 || subject.length > 64)
    throw invalid('subject is not a list of 1 to 64 entries');
  if (typeof predicateType !== 'string' || predicateType.length > 200)
    throw invalid('predicateType is not a string of at most 200 characters');
  if (!isRecord(predicate)) throw invalid('predicate is not a JSON object');
  return statementOf(predicateType, subject.map(parseSubject), predicate);
}

function parseSubject(value: unknown, index: number): Subject {
  const digest = isRecord(value) && isRecord(value['digest']) ? value['digest']['sha256'] : undefined;
  if (typeof digest !== 'string' || !/^[0-9a-f]{64}$/.test(digest))
    throw invalid(`subject[${String(index)}].digest.sha256 is not 64 lower-case hex digits`);
  const name = isRecord(value) ? value['name'] : undefined;
  return { name: typeof name === 'string' ? name.slice(0, 500) : '', digest: { sha256: digest } };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function invalid(why: string): LanekeeperError {
  return new LanekeeperError('EVIDENCE_INVALID', {
    message: 'the statement is not the in-toto Statement v1 that is needed here',
    why,
    next: 'attach a Sigstore bundle whose payload is the statement that was asked for',
  });
}
