import { join } from 'node:path';
import { workflowIds } from '../../core/ids.js';
import type { CrashStack, Victim } from '../support/crash-stack.js';
import { repositoryOf } from '../support/git-repository.js';
import { attachPreviewCheck } from '../support/sealed-bundle.js';
import { smallProduct } from '../support/small-product.js';
import { type CrashedPromotion, inGold, inSilver, promote, seal } from './promotions.js';

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

async function releasesOf(
  stack: CrashStack,
  at: (place: string) => string,
): Promise<Pick<Scene, 'built' | 'signed' | 'registered'>> {
  // In this order: each release signs a list of its commits before it builds, and passes the points that are still open.
  const built = await releaseAt(stack, at('built'), 'build.stored');
  const registered = await releaseAt(stack, at('registered'), 'sign.registered');
  return { built, registered, signed: await releaseAt(stack, at('signed'), 'sign.stored') };
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
