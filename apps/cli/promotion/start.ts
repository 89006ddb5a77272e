import { decisionValidity } from '../../../core/decision/prepare.js';
import { startOf } from '../../../core/decision/verbs.js';
import type { Digest } from '../../../core/digest.js';
import { workflowIds } from '../../../core/ids.js';
import type { Decision } from '../../../core/evidence/decision.js';
import type { PromotionKind } from '../../../core/promotion/state.js';
import { type Promotion, PromotionSchema } from '#gen/release/v1/promotion_pb.js';
import type { PromoteResponse } from '#gen/release/v1/promotion_service_pb.js';
import { signDecision } from '../decision/sign.js';
import type { ExitCode } from '../errors/exit-codes.js';
import { toPlain } from '../output/plain.js';
import type { laneOf } from '../output/words.js';
import type { Context } from '../program/context.js';
import { showFrontDoor, writeStart } from '../temporal/command.js';
import { showStarted, waitFor, type WaitOptions } from './wait.js';

/** How somebody starts a promotion of any kind. */
export interface StartOptions extends WaitOptions {
  readonly print?: true;
  readonly out?: string;
}

/** What is started. */
export interface Start {
  readonly kind: PromotionKind;
  readonly tenant: string;
  readonly product: string;
  readonly lane: ReturnType<typeof laneOf>;
  readonly bundle: Digest;
  /** What the signed request says besides. */
  readonly said: Pick<Partial<Decision>, 'comment' | 'notBefore' | 'notAfter' | 'priority' | 'plan'>;
  /** Of the file that starts it in Temporal. */
  readonly fileName: string;
  /** Tells that it was started. */
  readonly told: (started: Pick<PromoteResponse, 'promotionId' | 'joined'>) => string;
}

/** Signs the request and sends it, or writes what starts the promotion in Temporal. */
export async function startPromotion(
  context: Context,
  { kind, tenant, product, lane, bundle, said, fileName, told }: Start,
  options: StartOptions,
): Promise<ExitCode | undefined> {
  const about = { tenant, product, lane: lane.name, bundle };
  const validForMs = options.print === true ? decisionValidity.later : decisionValidity.now;
  const signedRequest = await signDecision(context, { verb: startOf(kind), ...about, ...said }, validForMs);
  if (options.print === true) {
    const request: unknown = JSON.parse(signedRequest.toString('utf8'));
    const message = await writeStart(context, {
      type: 'promotion',
      workflowId: workflowIds.promotion(tenant, product, lane.name, bundle, kind),
      input: { ...about, ...(kind !== 'PROMOTION' && { kind }), request },
      fileName,
      out: options.out,
    });
    await showFrontDoor(context, message, validForMs);
    return undefined;
  }
  const { promotions } = await context.api();
  const ask = { PROMOTION: promotions.promote, HOTFIX: promotions.hotfix, ROLLBACK: promotions.rollback }[kind];
  const started = await ask({ product, bundleDigest: bundle, lane: lane.lane, signedRequest });
  context.terminal.note(told(started));
  const show = (promotion: Promotion) =>
    context.show.object('Promotion', toPlain(PromotionSchema, promotion), () => promotion.id);
  return options.wait === true || options.timeout !== undefined
    ? waitFor(context, started.promotionId, options, show)
    : showStarted(context, started.promotionId, show);
}
