import type { LaneContention } from '../../activities/lane/types.js';
import { shortId } from '../../core/ids.js';
import { code, codeBlock, document, heading, instant, section } from '../../core/markdown.js';
import { maxDetailsBytes } from '../../core/run-description.js';
import type { LaneInput } from './contract.js';

/**
 * A lane in Markdown, for the Temporal UI and `temporal workflow metadata`: who holds it, who waits for it since when,
 * and the command that explains the holder.
 */
export function laneDetails({ product, lane }: LaneInput, contention: LaneContention | undefined): string {
  const what = `Lane ${code(lane)} of ${code(product)}`;
  if (contention === undefined) return `${what}: nothing is known yet.`;
  const { holder, queued, waiting = [] } = contention;
  const state = holder === null ? '**FREE**' : `**HELD** by ${code(holder.workflowId, 300)}`;
  const unnamed = queued.length - waiting.length;
  return document(
    [
      `${what} is ${state}.`,
      ...(holder === null
        ? []
        : [
            `It is held by promotion ${code(holder.promotionId)} with fencing token ${code(String(holder.fencingToken))}.`,
          ]),
      ...section(
        `Waiting: ${String(queued.length)}, the next one first`,
        [
          ...waiting.map(
            ({ workflowId, promotionId, since }) =>
              `${code(workflowId, 300)} since ${instant(since)}, promotion ${code(promotionId)}`,
          ),
          ...(unnamed > 0 ? [`… and ${String(unnamed)} more`] : []),
        ],
        8_000,
      ),
      heading('Next'),
      codeBlock([
        ...(holder === null ? [] : [`lane why ${shortId(holder.promotionId)}`]),
        `lane get promotions --product ${product}`,
      ]),
    ],
    maxDetailsBytes,
    '…',
  );
}
