import type { Digest } from '../../core/digest.js';
import { shortId, workflowIds } from '../../core/ids.js';
import { code, codeBlock, document, heading, instant, section } from '../../core/markdown.js';
import { maxDetailsBytes } from '../../core/run-description.js';
import { lanes } from '../../core/lanes.js';
import type { ReleaseStep } from '../../activities/release/types.js';
import type { ReleaseInput, ReleaseStatus } from './contract.js';

/** What a run of a release knows, and shows. */
export interface ReleaseView {
  readonly input: ReleaseInput;
  readonly state: ReleaseStatus['state'];
  readonly steps: readonly ReleaseStep[];
  readonly bundle?: Digest | undefined;
}

const maxTextLength = 500;

/**
 * A release in Markdown, for the Temporal UI and `temporal workflow metadata`: which step it is at since when, why it
 * failed, and the command that follows. Details of steps are results of activities, thus anybody's text: always code.
 */
export function releaseDetails({ input, state, steps, bundle }: ReleaseView): string {
  const { tenant, product, revision } = input;
  const failed = steps.filter((step) => step.state === 'FAILED');
  const running = steps.filter((step) => step.state === 'RUNNING');
  const done = steps.filter((step) => step.state === 'DONE');
  const waiting = steps.filter((step) => step.state === 'WAITING');
  return document(
    [
      `Release of ${code(product)} ${code(revision.slice(0, 12))} is **${state}**${bundle === undefined ? '' : `: bundle ${code(bundle)}`}.`,
      ...section('Failed', failed.map(endedStep), 3_000),
      ...section('Running', running.map(startedStep), 1_000),
      ...nextCommands(product, state, bundle),
      ...section(`Done: ${String(done.length)} of ${String(steps.length)}`, done.map(endedStep), 2_500),
      ...section('To come', waiting.length === 0 ? [] : [waiting.map(({ id }) => code(id, 100)).join(', ')], 1_500),
      ...section(
        'See also',
        bundle === undefined
          ? []
          : lanes.map((lane) => `promotion to ${lane} ${code(workflowIds.promotion(tenant, product, lane, bundle))}`),
        1_500,
      ),
    ],
    maxDetailsBytes,
    '… The query `status` shows the rest.',
  );
}

function nextCommands(product: string, state: ReleaseStatus['state'], bundle?: Digest): readonly string[] {
  if (bundle !== undefined) return [heading('Next'), codeBlock([`lane promote ${shortId(bundle)} --to bronze`])];
  if (state !== 'FAILED') return [];
  return [
    heading('Next'),
    `Correct ${code(product)} or what it ran on, and in its folder:`,
    codeBlock(['lane release']),
  ];
}

function startedStep({ id, startedAt }: ReleaseStep): string {
  return `${code(id, 100)}${startedAt === undefined ? '' : ` since ${instant(startedAt)}`}`;
}

function endedStep({ id, detail, endedAt }: ReleaseStep): string {
  const at = endedAt === undefined ? '' : ` at ${instant(endedAt)}`;
  return `${code(id, 100)}${at}${detail === undefined ? '' : `: ${code(detail, maxTextLength)}`}`;
}
