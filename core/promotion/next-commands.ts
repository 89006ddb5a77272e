import type { Digest } from '../digest.js';
import { shortId } from '../ids.js';
import type { Lane } from '../lanes.js';
import type { Standing } from './standing.js';
import type { PromotionKind, PromotionPhase } from './state.js';

/** What the commands depend on. */
export interface PhaseOfPromotion {
  readonly id: string;
  readonly kind: PromotionKind;
  readonly product: string;
  readonly lane: Lane;
  readonly bundle: Digest;
  readonly state: PromotionPhase;
  readonly standing?: Standing | null | undefined;
  /** Why it failed. */
  readonly error?: { readonly code: string } | null | undefined;
}

/** The command that brings a bundle into a lane. */
export function startCommand({
  kind,
  bundle,
  lane,
}: Pick<PhaseOfPromotion, 'bundle' | 'lane'> & { readonly kind: Exclude<PromotionKind, 'ROLLBACK'> }): string {
  const to = `${shortId(bundle)} --to ${lane}`;
  return kind === 'HOTFIX' ? `lane hotfix ${to} --reason TEXT` : `lane promote ${to}`;
}

/**
 * The commands that a person would give next because of the phase; those because of an open gate are in its verdict.
 *
 * @param holder the id of the promotion that holds the lane
 */
export function nextCommands(
  { id, kind, product, lane, bundle, state, standing, error }: PhaseOfPromotion,
  holder?: string,
): readonly string[] {
  switch (state) {
    case 'ERRORED':
      return [`lane retry ${shortId(id)}`, `lane abort ${shortId(id)}`];
    case 'QUEUED':
      return holder === undefined || holder === id ? [] : [`lane why ${shortId(holder)}`];
    case 'LIVE':
      return standing === 'AT_RISK' ? [`lane rollback ${product} --lane ${lane}`] : [];
    case 'REJECTED':
    case 'ABORTED':
    case 'FAILED':
      // Nothing starts a bundle that was called back.
      if (error?.code === 'BUNDLE_RECALLED') return [`lane get bundles --product ${product}`];
      if (kind === 'ROLLBACK') return [`lane rollback ${product} --lane ${lane}`];
      return [startCommand({ kind, bundle, lane })];
    default:
      return [];
  }
}
