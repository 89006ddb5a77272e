import { PolicyInForceSchema } from '#gen/governance/v1/gate_service_pb.js';
import { PromotionKind } from '#gen/governance/v1/policy_pb.js';
import { PlanResponseSchema } from '#gen/release/v1/promotion_service_pb.js';
import { LanekeeperError } from '../../../../core/errors.js';
import { shortId } from '../../../../core/ids.js';
import { wordsOfDefinition } from '../../../../core/promotion/step-words.js';
import { usageError } from '../../errors/report-error.js';
import { domainErrorOf } from '../../errors/domain-error.js';
import { toPlain } from '../../output/plain.js';
import { renderFields } from '../../output/table.js';
import { laneOf } from '../../output/words.js';
import { explainedGates, textOfPolicy } from '../../policy/explained.js';
import type { Context } from '../../program/context.js';

/** What is explained: the gates of a product in a lane, or what they say about a bundle. */
export interface ExplainOptions {
  readonly lane?: string;
  readonly kind?: string;
  readonly bundle?: string;
  readonly to?: string;
}

/** Explains what gates ask for and from where each value comes, or what they say about a bundle and what they have read. */
export async function explain(
  context: Context,
  product: string | undefined,
  { lane, kind, bundle, to }: ExplainOptions,
): Promise<undefined> {
  if (product !== undefined && lane !== undefined && bundle === undefined && to === undefined)
    return explainGates(context, product, lane, kindOf(kind));
  if (product === undefined && lane === undefined && kind === undefined && bundle !== undefined && to !== undefined)
    return explainVerdicts(context, bundle, to);
  throw usageError(
    'it is not clear what to explain',
    'lane policy explain PRODUCT --lane LANE, or lane policy explain --bundle BUNDLE --to LANE',
  );
}

async function explainGates(context: Context, product: string, lane: string, kind: PromotionKind): Promise<undefined> {
  const { governance, products } = await context.api();
  const { policy } = await governance.resolveSnapshot({ product, lane: laneOf(lane).lane, kind });
  if (policy === undefined) throw new LanekeeperError('INTERNAL', { message: 'the API named no policy' });
  // Rules can be asked about a product that is not registered yet.
  const { profile } = await products.getProduct({ name: product }).catch((error: unknown) => {
    if (domainErrorOf(error)?.code === 'UNKNOWN_PRODUCT') return { profile: undefined };
    throw error;
  });
  await context.show.object('PolicyInForce', toPlain(PolicyInForceSchema, policy), () =>
    textOfPolicy(policy, { profile, context }),
  );
  return undefined;
}

async function explainVerdicts(context: Context, bundle: string, to: string): Promise<undefined> {
  const { name, lane } = laneOf(to);
  const { promotions } = await context.api();
  const plan = await promotions.plan({ bundle, lane, explain: true });
  await context.show.object('Plan', toPlain(PlanResponseSchema, plan), () =>
    [
      renderFields([
        ['bundle', `${shortId(plan.bundleDigest)} of ${plan.product}`],
        ['lane', name],
        ['policy', shortId(plan.policyDigest)],
        ['definition', wordsOfDefinition(plan.definition, plan.steps)],
      ]),
      explainedGates(plan.gates, context),
    ].join('\n\n'),
  );
  return undefined;
}

function kindOf(text = 'promotion'): PromotionKind {
  switch (text.toLowerCase()) {
    case 'promotion':
      return PromotionKind.PROMOTION;
    case 'hotfix':
      return PromotionKind.HOTFIX;
    case 'rollback':
      return PromotionKind.ROLLBACK;
    default:
      throw usageError(`there is no kind ${text}`, 'use --kind promotion, --kind hotfix or --kind rollback');
  }
}
