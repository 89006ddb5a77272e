import { join } from 'node:path';
import type { Digest } from '../../core/digest.js';
import { parseDigest } from '../../core/digest.js';
import { workflowIds } from '../../core/ids.js';
import type { Lane } from '../../core/lanes.js';
import { Lane as LaneMessage } from '#gen/governance/v1/lane_pb.js';
import type { CrashStack, Victim } from '../support/crash-stack.js';
import { repositoryOf } from '../support/git-repository.js';
import { textService } from '../support/lane-fixture.js';
import { attachPreviewCheck, sealText } from '../support/sealed-bundle.js';
import { smallProduct } from '../support/small-product.js';
import { until } from '../support/until.js';

/** A promotion that is paused at some point when the crash comes. */
export interface CrashedPromotion {
  readonly id: string;
  readonly workflowId: string;
  readonly product: string;
  readonly lane: Lane;
  readonly bundle: Digest;
}

/** A release that is paused at some point when the crash comes. */
export interface CrashedRelease {
  readonly id: string;
  readonly workflowId: string;
}

/** The promotions and releases that exist when one process is killed, each at another point. */
export interface Scene {
  /** Waits for the preview check. */
  readonly gating: CrashedPromotion;
  /** Waits for two people. */
  readonly awaiting: CrashedPromotion;
  /** The lane has switched; the step has not reported it yet. */
  readonly deploying: CrashedPromotion;
  /** The lane was found to serve the bundle; the step has not reported it yet. */
  readonly verifying: CrashedPromotion;
  /** Its preview check is committed; the run has not been signalled yet. */
  readonly unsignalled: CrashedPromotion;
  /** The image is in the content store; nothing refers to it yet. */
  readonly built: CrashedRelease;
  /** A signed statement is in the content store; nothing refers to it yet. */
  readonly signed: CrashedRelease;
  /** A statement is registered; the step has not reported it yet. */
  readonly registered: CrashedRelease;
}

const laneMessages = { bronze: LaneMessage.BRONZE, silver: LaneMessage.SILVER, gold: LaneMessage.GOLD } as const;

/**
 * Brings one promotion or release to each of these points and pauses it there. The wake-up of a run is paused last.
 */
export async function setScene(stack: CrashStack, victim: Victim): Promise<Scene> {
  const at = (place: string): string => `${victim}-${place}`;
  const [gating, awaiting, unsignalled] = await Promise.all([
    inSilver(stack, at('gating')),
    inGold(stack, at('awaiting')),
    inSilver(stack, at('unsignalled')),
  ]);
  const [{ verifying, deploying }, releases] = await Promise.all([deploys(stack, at), releasesOf(stack, at)]);
  stack.pauseAt('dispatch.found');
  await attachPreviewCheck(stack.tools, unsignalled.bundle, { product: unsignalled.product });
  await stack.pausedAt('dispatch.found');
  return { gating, awaiting, deploying, verifying, unsignalled, ...releases };
}

async function deploys(
  stack: CrashStack,
  at: (place: string) => string,
): Promise<Pick<Scene, 'verifying' | 'deploying'>> {
  const verifying = await promotionAt(stack, at('verifying'), 'deploy.verified');
  return { verifying, deploying: await promotionAt(stack, at('deploying'), 'deploy.switched') };
}

async function promotionAt(stack: CrashStack, product: string, point: string): Promise<CrashedPromotion> {
  const bundle = await seal(stack, product);
  stack.pauseAt(point);
  const promotion = await promote(stack, product, 'bronze', bundle);
  await stack.pausedAt(point);
  return promotion;
}

async function inSilver(stack: CrashStack, product: string): Promise<CrashedPromotion> {
  const bundle = await seal(stack, product);
  await reached(stack, await promote(stack, product, 'bronze', bundle), 'LIVE');
  const silver = await promote(stack, product, 'silver', bundle);
  await reached(stack, silver, 'GATING');
  return silver;
}

async function inGold(stack: CrashStack, product: string): Promise<CrashedPromotion> {
  const silver = await inSilver(stack, product);
  await attachPreviewCheck(stack.tools, silver.bundle, { product });
  await reached(stack, silver, 'LIVE');
  const gold = await promote(stack, product, 'gold', silver.bundle);
  await reached(stack, gold, 'AWAITING_APPROVAL');
  return gold;
}

/** Seals a bundle whose service prints a line at each start. */
function seal(stack: CrashStack, product: string): Promise<Digest> {
  return sealText(stack.tools, product, { product, source: `console.log('started');\n${textService(product)}` });
}

async function promote(stack: CrashStack, product: string, lane: Lane, bundle: Digest): Promise<CrashedPromotion> {
  const signedRequest = await stack.sign('dev', { verb: 'request', product, lane, bundle });
  const { promotionId, workflowId } = await stack
    .api('dev')
    .promotions.promote({ product, lane: laneMessages[lane], bundleDigest: bundle, signedRequest });
  return { id: promotionId, workflowId, product, lane, bundle };
}

/** Approves as a person does: requests the facts, signs exactly those, and sends the decision. */
export async function approve(stack: CrashStack, promotion: CrashedPromotion, person: string): Promise<void> {
  const { decisions } = stack.api(person);
  const facts = await decisions.getDecisionFacts({ promotionId: promotion.id });
  const { product, lane, bundle, id, workflowId } = promotion;
  const shown = { policySnapshot: parseDigest(facts.policyDigest), facts: parseDigest(facts.factsDigest) };
  const signedDecision = await stack.sign(person, {
    verb: 'approve',
    product,
    lane,
    bundle,
    promotion: { id, workflowId },
    ...shown,
  });
  const { outcome } = await decisions.submitDecision({ promotionId: id, signedDecision });
  if (outcome?.accepted !== true) throw new Error(`the approval of ${person} was refused: ${outcome?.text ?? ''}`);
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

async function releasesOf(
  stack: CrashStack,
  at: (place: string) => string,
): Promise<Pick<Scene, 'built' | 'signed' | 'registered'>> {
  const registered = await releaseAt(stack, at('registered'), 'sign.registered');
  const signed = await releaseAt(stack, at('signed'), 'sign.stored');
  return { registered, signed, built: await releaseAt(stack, at('built'), 'build.stored') };
}

async function releaseAt(stack: CrashStack, product: string, point: string): Promise<CrashedRelease> {
  const { folder, revision } = await repositoryOf(
    join(stack.stack.dataDir, 'repositories', product),
    smallProduct({ name: product }),
  );
  const { products, releases } = stack.api('dev');
  await products.registerProduct({ name: product, repository: folder });
  stack.pauseAt(point);
  const { releaseId } = await releases.startRelease({ product, revision });
  await stack.pausedAt(point);
  return { id: releaseId, workflowId: workflowIds.release('default', product, revision) };
}
