import { decisionValidity } from '../../../core/decision/prepare.js';
import { startOf } from '../../../core/decision/verbs.js';
import { parseDigest } from '../../../core/digest.js';
import { shortId, workflowIds } from '../../../core/ids.js';
import type { Schedule } from '../../../core/promotion/schedule.js';
import type { PromotionKind } from '../../../core/promotion/state.js';
import { type Promotion, PromotionSchema } from '#gen/release/v1/promotion_pb.js';
import type { Context } from '../program/context.js';
import { signDecision } from '../decision/sign.js';
import type { ExitCode } from '../errors/exit-codes.js';
import { wordsFor } from '../output/profile-words.js';
import { toPlain } from '../output/plain.js';
import { laneOf } from '../output/words.js';
import { showFrontDoor, writeStart } from '../temporal/command.js';
import { requirePlan } from './plan-request.js';
import { showStarted, waitFor, type WaitOptions } from './wait.js';

/** How somebody asks for a bundle in a lane. */
export interface RequestOptions extends WaitOptions {
  readonly to: string;
  readonly reason?: string;
  readonly print?: true;
  readonly out?: string;
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
  const about = { tenant, product, lane: target.name, bundle: digest } as const;
  const validForMs = options.print === true ? decisionValidity.later : decisionValidity.now;
  const plan =
    wantedPlan === undefined
      ? undefined
      : await requirePlan(context, { bundle: digest, lane: target.lane }, schedule, wantedPlan);
  const decision = {
    verb: startOf(kind),
    ...about,
    ...(options.reason !== undefined && { comment: options.reason }),
    ...schedule,
    ...(plan !== undefined && { plan }),
  };
  const signedRequest = await signDecision(context, decision, validForMs);
  if (options.print === true) {
    const request: unknown = JSON.parse(signedRequest.toString('utf8'));
    const message = await writeStart(context, {
      type: 'promotion',
      workflowId: workflowIds.promotion(tenant, product, target.name, digest, kind),
      input: { ...about, ...(kind !== 'PROMOTION' && { kind }), request },
      fileName: `${kind === 'HOTFIX' ? 'hotfix' : 'promote'}-${shortId(digest)}-${target.name}.json`,
      out: options.out,
    });
    await showFrontDoor(context, message, validForMs);
    return undefined;
  }
  const asked = { product, bundleDigest: digest, lane: target.lane, signedRequest };
  const started = await (kind === 'HOTFIX' ? api.promotions.hotfix(asked) : api.promotions.promote(asked));
  const word = kind === 'HOTFIX' ? 'hotfix' : (await wordsFor(context, product)).one('promotion');
  context.terminal.note(
    `${word} ${shortId(started.promotionId)}: ${shortId(digest)} of ${product} to ${target.name}${started.joined ? ' (already under way; joined)' : ''}`,
  );
  const show = (promotion: Promotion) =>
    context.show.object('Promotion', toPlain(PromotionSchema, promotion), () => promotion.id);
  return options.wait === true || options.timeout !== undefined
    ? waitFor(context, started.promotionId, options, show)
    : showStarted(context, started.promotionId, show);
}
