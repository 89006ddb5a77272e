import { type Digest, parseDigest } from '../../core/digest.js';
import type { Lane } from '../../core/lanes.js';
import { Lane as LaneMessage } from '#gen/governance/v1/lane_pb.js';
import type { CrashStack } from '../support/crash-stack.js';
import { textService } from '../support/lane-fixture.js';
import { attachPreviewCheck, type SealOptions, sealText } from '../support/sealed-bundle.js';
import { until } from '../support/until.js';

/** A promotion that is paused at some point when the crash comes. */
export interface CrashedPromotion {
  readonly id: string;
  readonly workflowId: string;
  readonly product: string;
  readonly lane: Lane;
  readonly bundle: Digest;
}

export const laneMessages = { bronze: LaneMessage.BRONZE, silver: LaneMessage.SILVER, gold: LaneMessage.GOLD } as const;

/** Seals a bundle whose service prints a line at each start. */
export function seal(
  stack: CrashStack,
  product: string,
  { text = product, ...options }: SealOptions & { readonly text?: string } = {},
): Promise<Digest> {
  const source = `console.log('started');\n${textService(text)}`;
  return sealText(stack.tools, text, { product, source, ...options });
}

/** Requests a promotion as a person does. */
export async function promote(
  stack: CrashStack,
  product: string,
  lane: Lane,
  bundle: Digest,
): Promise<CrashedPromotion> {
  const signedRequest = await stack.sign('dev', { verb: 'request', product, lane, bundle });
  const { promotionId, workflowId } = await stack
    .api('dev')
    .promotions.promote({ product, lane: laneMessages[lane], bundleDigest: bundle, signedRequest });
  return { id: promotionId, workflowId, product, lane, bundle };
}

/** Brings a bundle to bronze, and asks for silver, where its preview check is missing. */
export async function inSilver(stack: CrashStack, product: string): Promise<CrashedPromotion> {
  const bundle = await seal(stack, product);
  await reached(stack, await promote(stack, product, 'bronze', bundle), 'LIVE');
  const silver = await promote(stack, product, 'silver', bundle);
  await reached(stack, silver, 'GATING');
  return silver;
}

/** Brings a bundle to silver, and asks for gold, where two people have to approve. */
export async function inGold(stack: CrashStack, product: string): Promise<CrashedPromotion> {
  const silver = await inSilver(stack, product);
  await attachPreviewCheck(stack.tools, silver.bundle, { product });
  await reached(stack, silver, 'LIVE');
  const gold = await promote(stack, product, 'gold', silver.bundle);
  await reached(stack, gold, 'AWAITING_APPROVAL');
  return gold;
}

/** Signs a decision as a person does, about the facts that they are shown. @returns sends it */
export async function decision(
  stack: CrashStack,
  promotion: CrashedPromotion,
  person: string,
  verb: 'approve' | 'reject' | 'abort',
): Promise<() => Promise<void>> {
  const { decisions, promotions } = stack.api(person);
  const { product, lane, bundle, id, workflowId } = promotion;
  const about = { verb, product, lane, bundle, promotion: { id, workflowId } };
  const facts = verb === 'abort' ? undefined : await decisions.getDecisionFacts({ promotionId: id });
  const shown = facts && {
    policySnapshot: parseDigest(facts.policyDigest),
    facts: parseDigest(facts.factsDigest),
  };
  const signedDecision = await stack.sign(person, { ...about, ...shown });
  return async () => {
    const request = { promotionId: id, signedDecision };
    const { outcome } = await (verb === 'abort' ? promotions.abort(request) : decisions.submitDecision(request));
    if (outcome?.accepted !== true) throw new Error(`the ${verb} of ${person} was refused: ${outcome?.text ?? ''}`);
  };
}

/** Approves as a person does: requests the facts, signs exactly those, and sends the decision. */
export async function approve(stack: CrashStack, promotion: CrashedPromotion, person: string): Promise<void> {
  await (
    await decision(stack, promotion, person, 'approve')
  )();
}

/** Waits until a promotion is recorded in a phase. */
export async function reached(stack: CrashStack, promotion: CrashedPromotion, phase: string): Promise<void> {
  let last = '';
  const isReached = async (): Promise<boolean> => {
    const [row] = await stack.rows<{ state: string; reason: string | null }>(
      'select state, reason from promotions where id = $1',
      promotion.id,
    );
    last = `${row?.state ?? 'no record'} (${row?.reason ?? ''})`;
    return row?.state === phase;
  };
  await until(isReached, `${promotion.product} to be ${phase}`, 60_000).catch((error: unknown) => {
    throw new Error(`${promotion.product} is ${last}`, { cause: error });
  });
}
