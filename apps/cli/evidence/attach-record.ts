import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { parse } from 'yaml';
import { parseDigest } from '../../../core/digest.js';
import { LanekeeperError } from '../../../core/errors.js';
import { parseRecord, type RecordPredicate, recordStatement, type RecordValue } from '../../../core/evidence/record.js';
import { subjectOf } from '../../../core/evidence/statement.js';
import { shortId } from '../../../core/ids.js';
import { isInstant } from '../../../core/input.js';
import { AttestationSchema } from '#gen/governance/v1/attestation_pb.js';
import { signWithOwnKey } from '../decision/sign.js';
import { usageError } from '../errors/report-error.js';
import { toPlain } from '../output/plain.js';
import type { Context } from '../program/context.js';

/** What a record is made of. */
export interface RecordOptions {
  readonly kind: string;
  readonly value?: readonly string[];
  readonly checklist?: string;
  readonly answers?: string;
  readonly at?: string;
  readonly url?: string;
  readonly comment?: string;
}

/** The longest file of answers, in characters. */
const maxAnswers = 64 * 1024;

/** Attaches a record: values of metrics, answers to questions, or what else a policy asks for by the name of its kind. */
export async function attachRecord(context: Context, given: string, options: RecordOptions): Promise<undefined> {
  const record = await recordOf(context, options);
  const api = await context.api();
  const { bundle } = await api.bundles.getBundle({ bundle: given });
  const digest = parseDigest(bundle?.digest ?? '');
  const statement = recordStatement([subjectOf(bundle?.product ?? '', digest)], record);
  parseRecord(statement);
  const { attestation } = await api.evidence.attachEvidence({
    bundleDigest: digest,
    kind: record.kind,
    signedStatement: await signWithOwnKey(context, statement),
  });
  if (attestation === undefined) return undefined;
  await context.show.object(
    'Attestation',
    toPlain(AttestationSchema, attestation),
    () => `${attestation.id.slice(0, 12)}: ${record.kind} of ${shortId(digest)}, signed by ${attestation.signer}`,
  );
  return undefined;
}

async function recordOf(context: Context, options: RecordOptions): Promise<RecordPredicate> {
  const { kind, value = [], checklist, answers, at, url, comment } = options;
  if (kind === 'preview-check' || kind === 'test-result')
    throw usageError(`evidence of kind ${kind} is made from a test report`, 'pass --report FILE, JUnit XML');
  if (value.length === 0 && answers === undefined)
    throw usageError(`a record of kind ${kind} says nothing`, 'pass --value NAME=VALUE or --answers FILE');
  if ((kind === 'checklist') !== (checklist !== undefined && answers !== undefined))
    throw usageError(
      'answers are evidence of kind checklist, and name the gate that asks',
      'pass --kind checklist --checklist GATE --answers FILE',
    );
  if (at !== undefined && !isInstant(at)) throw usageError(`${at} is no instant`, 'write it as 2027-01-31T12:00:00Z');
  return {
    kind,
    values: { ...Object.fromEntries(value.map(valueOf)), ...(checklist !== undefined && { checklist }) },
    ...(answers !== undefined && { answers: await readAnswers(context, answers) }),
    ...(at !== undefined && { at }),
    ...(url !== undefined && { url }),
    ...(comment !== undefined && { comment }),
  };
}

function valueOf(text: string): readonly [string, RecordValue] {
  const [, name = '', value = ''] = /^([^=]+)=(.*)$/s.exec(text) ?? [];
  if (name === '') throw usageError(`${text} is no value`, 'write it as NAME=VALUE');
  if (value === 'true' || value === 'false') return [name, value === 'true'];
  return /^-?\d+(\.\d+)?([eE][+-]?\d+)?$/.test(value) ? [name, Number(value)] : [name, value];
}

async function readAnswers(context: Context, file: string): Promise<Readonly<Record<string, unknown>>> {
  const refuse = (why: string, cause?: unknown) =>
    new LanekeeperError(
      'INVALID_INPUT',
      {
        message: 'the answers cannot be read',
        object: file,
        why,
        next: 'write a value for each question, as in: rollback-tested: true',
      },
      { cause },
    );
  const text = await readFile(resolve(context.cwd, file), 'utf8').catch((error: unknown) => {
    throw refuse('there is no such file', error);
  });
  if (text.length > maxAnswers) throw refuse(`it is longer than ${String(maxAnswers)} characters`);
  let value: unknown;
  try {
    value = parse(text, { maxAliasCount: 10 });
  } catch (error) {
    throw refuse('it is neither YAML nor JSON', error);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw refuse('it is no map of answers');
  return { ...value };
}
