import { parseDigest } from '../../../core/digest.js';
import { shortId } from '../../../core/ids.js';
import type { Schedule } from '../../../core/promotion/schedule.js';
import type { PromotionKind } from '../../../core/promotion/state.js';
import type { Context } from '../program/context.js';
import type { ExitCode } from '../errors/exit-codes.js';
import { wordsFor } from '../output/profile-words.js';
import { laneOf } from '../output/words.js';
import { requirePlan } from './plan-request.js';
import { startPromotion, type StartOptions } from './start.js';

/** How somebody asks for a bundle in a lane. */
export interface RequestOptions extends StartOptions {
  readonly to: string;
  readonly reason?: string;
}

/** Signs and sends the request for a promotion or hotfix of a bundle, or writes what starts it in Temporal. */
export async function requestPromotion(
  context: Context,
  given: string,
  options: RequestOptions,
  {
    kind,
    schedule = {},
    plan: wantedPlan,
  }: {
    readonly kind: Exclude<PromotionKind, 'ROLLBACK'>;
    readonly schedule?: Schedule;
    /** The plan that has to hold still, by its digest or a prefix of it. */
    readonly plan?: string;
  },
): Promise<ExitCode | undefined> {
  const target = laneOf(options.to);
  const api = await context.api();
  const [{ tenant }, { bundle }] = await Promise.all([
    api.identity.whoAmI({}),
    api.bundles.getBundle({ bundle: given }),
  ]);
  const digest = parseDigest(bundle?.digest ?? '');
  const product = bundle?.product ?? '';
  const plan =
    wantedPlan === undefined
      ? undefined
      : await requirePlan(context, { bundle: digest, lane: target.lane }, schedule, wantedPlan);
  const word = kind === 'HOTFIX' ? 'hotfix' : (await wordsFor(context, product)).one('promotion');
  return startPromotion(
    context,
    {
      ...{ kind, tenant, product, lane: target, bundle: digest },
      said: {
        ...(options.reason !== undefined && { comment: options.reason }),
        ...schedule,
        ...(plan !== undefined && { plan }),
      },
      fileName: `${kind === 'HOTFIX' ? 'hotfix' : 'promote'}-${shortId(digest)}-${target.name}.json`,
      told: ({ promotionId, joined }) =>
        `${word} ${shortId(promotionId)}: ${shortId(digest)} of ${product} to ${target.name}${joined ? ' (already under way; joined)' : ''}`,
    },
    options,
  );
}
