import { readFile, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { parseDigest } from '../../../core/digest.js';
import { LanekeeperError } from '../../../core/errors.js';
import { parseJUnit } from '../../../core/evidence/junit.js';
import { subjectOf } from '../../../core/evidence/statement.js';
import { testResultStatement } from '../../../core/evidence/test-result.js';
import { digestOf } from '../../../core/hash.js';
import { shortId } from '../../../core/ids.js';
import { AttestationSchema } from '#gen/governance/v1/attestation_pb.js';
import { signWithOwnKey } from '../decision/sign.js';
import { usageError } from '../errors/report-error.js';
import { toPlain } from '../output/plain.js';
import type { Context } from '../program/context.js';

/** What a test report is attached with. */
export interface ReportOptions {
  readonly kind: string;
  readonly report: string;
  readonly url?: string;
}

/** Attaches a test report. */
export async function attachReport(context: Context, given: string, options: ReportOptions): Promise<undefined> {
  const { kind, url } = options;
  if (kind !== 'preview-check' && kind !== 'test-result')
    throw usageError(
      `evidence of kind ${kind} cannot be made from a test report`,
      'use --kind preview-check or --kind test-result',
    );
  if (kind === 'preview-check' && !/^https?:\/\/\S+$/.test(url ?? ''))
    throw usageError('a preview-check needs the address that was tested', 'pass --url URL');
  const path = resolve(context.cwd, options.report);
  const [report, { mtime }] = await Promise.all([readFile(path), stat(path)]).catch((error: unknown) => {
    throw new LanekeeperError(
      'INVALID_INPUT',
      { message: 'the report cannot be read', object: options.report, next: 'name a JUnit file with --report FILE' },
      { cause: error },
    );
  });
  const results = parseJUnit(report.toString('utf8'));
  const api = await context.api();
  const { bundle } = await api.bundles.getBundle({ bundle: given });
  const digest = parseDigest(bundle?.digest ?? '');
  const statement = testResultStatement({
    suite: kind === 'preview-check' ? 'preview' : 'image',
    subject: [subjectOf(bundle?.product ?? '', digest)],
    report: results,
    reportDigest: digestOf(report),
    // What the report says about its time is often nothing, and never more than its file proves.
    ranAt: mtime.toISOString(),
    ...(url !== undefined && { url }),
  });
  const { attestation } = await api.evidence.attachEvidence({
    bundleDigest: digest,
    kind,
    report,
    signedStatement: await signWithOwnKey(context, statement),
  });
  if (attestation === undefined) return undefined;
  const counts = `${String(results.passed)} passed, ${String(results.failed)} failed, ${String(results.skipped)} skipped`;
  await context.show.object(
    'Attestation',
    toPlain(AttestationSchema, attestation),
    () => `${attestation.id.slice(0, 12)}: ${kind} of ${shortId(digest)}, ${counts}, signed by ${attestation.signer}`,
  );
  if (results.result === 'FAILED')
    context.terminal.note('the report contains failed tests: gates do not pass while it is the newest that counts');
  return undefined;
}
