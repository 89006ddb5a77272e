import type { Command } from 'commander';
import { EvidenceAttachmentSchema } from '#gen/release/v1/bundle_pb.js';
import { attachRecord, type RecordOptions } from '../evidence/attach-record.js';
import { attachReport, type ReportOptions } from '../evidence/attach-report.js';
import { toPlain } from '../output/plain.js';
import type { MakeAction } from '../program/command-module.js';
import type { Context } from '../program/context.js';
import { descriptions } from '../program/descriptions.js';
import { evidenceTable } from '../views/evidence-table.js';

type AttachOptions = RecordOptions & Partial<ReportOptions>;

/** `lane evidence attach | list` */
export function define(command: Command, makeAction: MakeAction): void {
  command
    .command('attach')
    .description('Attach a test report or a record to a bundle, signed with your own key')
    .argument('<bundle>', descriptions.bundle)
    .option(
      '--kind <kind>',
      'Kind of evidence: preview-check (tests against a preview URL) or test-result, with --report; metric, checklist or any other that a policy asks for, with --value or --answers',
      'preview-check',
    )
    .option('--report <file>', 'Test report, JUnit XML')
    .option('--url <url>', 'Address that was tested, or where more is to be seen; required for a preview-check')
    .option('--value <name=value>', 'A value of the record: a number, true, false or a text; can be repeated', collect)
    .option('--checklist <gate>', 'The gate whose questions are answered')
    .option('--answers <file>', 'Answers to the questions of a gate, YAML or JSON: a value for each question')
    .option('--at <instant>', 'When it happened or was measured, RFC 3339')
    .option('--comment <text>', 'What people should know about it')
    .action(
      makeAction(async (context, [bundle]: [string], options: AttachOptions) =>
        options.report === undefined
          ? attachRecord(context, bundle, options)
          : attachReport(context, bundle, { ...options, report: options.report }),
      ),
    );
  command
    .command('list')
    .description('List the evidence about a bundle and its artifacts')
    .argument('<bundle>', descriptions.bundle)
    .action(makeAction(async (context, [bundle]: [string]) => listEvidence(context, bundle)));
}

/** Lists evidence; also `lane get evidence`. */
export async function listEvidence(context: Context, given: string): Promise<undefined> {
  const { evidence } = await (await context.api()).bundles.getBundle({ bundle: given });
  await context.show.list(
    'EvidenceAttachment',
    evidence.map((each) => toPlain(EvidenceAttachmentSchema, each)),
    () => evidenceTable(evidence, context),
  );
  return undefined;
}

function collect(value: string, before: readonly string[] = []): readonly string[] {
  return [...before, value];
}
