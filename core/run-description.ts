import { shortId, workflowIds } from './ids.js';
import { code, document, oneLine } from './markdown.js';
import type { PromotionStart } from './promotion/input.js';
import type { PromotionKind } from './promotion/state.js';
import type { ReleaseInput } from './release/input.js';

/** What a run is started with besides its input: it is for people and for the order of work, and carries no authority. */
export interface RunDescription {
  /** One line, in the list of runs and at the top of one. */
  readonly staticSummary: string;
  /** Markdown: what does not change while it runs. */
  readonly staticDetails: string;
  readonly priority: { readonly priorityKey: number };
}

/** The longest summary in UTF-16 units: Temporal takes 400 bytes with their encoding, and refuses more. */
const maxSummaryLength = 90;
/**
 * The longest static or current details in bytes. Temporal takes 20,000 with their encoding, and its UI renders them in a
 * frame whose address holds them, three times as long.
 */
export const maxDetailsBytes = 10_000;

/** A summary as Temporal takes it: of a run, an activity or a timer. */
export function summaryOf(text: string): string {
  return oneLine(text, maxSummaryLength);
}

/**
 * The order of work when a task queue has more than its workers take; 1 is first, 3 is Temporal's default. A rollback
 * mends what people use now, so it goes before everything else, and a hotfix before what can wait.
 */
export function priorityOf(kind: PromotionKind | undefined): RunDescription['priority'] {
  return { priorityKey: kind === 'ROLLBACK' ? 1 : kind === 'HOTFIX' ? 2 : 3 };
}

/** The run of a release. */
export function describeRelease({ tenant, product, revision, repository, timebox }: ReleaseInput): RunDescription {
  return {
    staticSummary: summaryOf(`release ${product} ${revision.slice(0, 12)}`),
    staticDetails: details([
      `Brings one commit of ${code(product)} to a signed, sealed bundle.`,
      [
        `- commit: ${code(revision)}`,
        `- repository: ${code(repository, 1_000)}`,
        ...(timebox === undefined ? [] : [`- timebox: ${code(timebox, 300)}`]),
        `- tenant: ${code(tenant)}`,
      ].join('\n'),
    ]),
    priority: priorityOf('PROMOTION'),
  };
}

/** The run of a promotion or rollback. */
export function describePromotion(
  input: Pick<PromotionStart, 'tenant' | 'product' | 'lane' | 'bundle'> & { readonly kind?: PromotionKind },
): RunDescription {
  const { tenant, product, lane, bundle, kind = 'PROMOTION' } = input;
  const what =
    kind === 'ROLLBACK'
      ? `roll ${product} in ${lane} back to`
      : `${kind === 'HOTFIX' ? 'hotfix' : 'promote'} ${product} to ${lane}:`;
  return {
    staticSummary: summaryOf(`${what} ${shortId(bundle)}`),
    staticDetails: details([
      kind === 'ROLLBACK'
        ? `Takes the lane ${code(lane)} of ${code(product)} back to a bundle that was live there.`
        : `${kind === 'HOTFIX' ? 'A hotfix: brings' : 'Brings'} a bundle of ${code(product)} into the lane ${code(lane)}, and runs while it is live there.`,
      [
        `- bundle: ${code(bundle)}`,
        `- tenant: ${code(tenant)}`,
        `- lane, while others wait for it: ${code(workflowIds.lane(tenant, product, lane))}`,
      ].join('\n'),
    ]),
    priority: priorityOf(kind),
  };
}

/** The run of a lane. */
export function describeLane(input: {
  readonly tenant: string;
  readonly product: string;
  readonly lane: string;
}): RunDescription {
  const { tenant, product, lane } = input;
  return {
    staticSummary: summaryOf(`lane ${lane} of ${product}`),
    staticDetails: details([
      `Shows who holds the lane ${code(lane)} of ${code(product)} and who waits for it, and frees it when the run of its holder has ended.`,
      `- tenant: ${code(tenant)}`,
    ]),
    priority: priorityOf('PROMOTION'),
  };
}

function details(blocks: readonly string[]): string {
  return document(
    [...blocks, 'Messages and inputs: `docs/temporal-front-door.md`. Only a signed statement carries authority.'],
    maxDetailsBytes,
    '…',
  );
}
