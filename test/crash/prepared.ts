import type { Digest } from '../../core/digest.js';
import { workflowIds } from '../../core/ids.js';
import type { Lane } from '../../core/lanes.js';
import type { PromotionKind } from '../../core/promotion/state.js';
import type { CrashStack } from '../support/crash-stack.js';
import { attachPreviewCheck } from '../support/sealed-bundle.js';
import { until } from '../support/until.js';
import { decision, inGold, inSilver, laneMessages, promote, reached, seal } from './promotions.js';

/** A promotion that is one act away from its commit. */
export interface Prepared {
  readonly lane: Lane;
  readonly bundle: Digest;
  readonly kind?: PromotionKind;
  /** Makes what leads to the commit happen. @returns the answer to whoever asked for it */
  act(): Promise<unknown>;
}

/** The workflow id of a promotion that may not have been opened yet. */
export function workflowIdOf(product: string, { lane, bundle, kind }: Prepared): string {
  return workflowIds.promotion('default', product, lane, bundle, kind);
}

/** The first promotion of a product: it goes from its request to its attestation on its own. */
export async function sealed(stack: CrashStack, product: string): Promise<Prepared> {
  const bundle = await seal(stack, product);
  return { lane: 'bronze', bundle, act: () => promote(stack, product, 'bronze', bundle) };
}

/** Its build starts, and answers everything but the question about its health with an error. */
export async function failing(stack: CrashStack, product: string): Promise<Prepared> {
  const source = `console.log('started');
require('node:http')
  .createServer((request, response) => response.writeHead(request.url === '/healthz' ? 200 : 500).end())
  .listen(Number(process.env.PORT), process.env.HOST);
`;
  const bundle = await seal(stack, product, { source });
  return { lane: 'bronze', bundle, act: () => promote(stack, product, 'bronze', bundle) };
}

/** Its gates wait for evidence. The run is woken as the dispatcher does it, which is held. */
export async function gating(stack: CrashStack, product: string): Promise<Prepared> {
  const promotion = await inSilver(stack, product);
  const act = async (): Promise<void> => {
    await attachPreviewCheck(stack.tools, promotion.bundle, { product });
    await stack.temporal.workflow.getHandle(promotion.workflowId).signal('changed');
  };
  return { ...promotion, act };
}

/** Two people have to approve it. */
export async function awaiting(
  stack: CrashStack,
  product: string,
  ...decided: [person: string, verb: 'approve' | 'reject' | 'abort']
): Promise<Prepared> {
  const promotion = await inGold(stack, product);
  return { ...promotion, act: await decision(stack, promotion, ...decided) };
}

/** It has moved its lane to a build that takes its time to start, away from one that is live. */
export async function deploying(stack: CrashStack, product: string): Promise<Prepared> {
  await reached(stack, await promote(stack, product, 'bronze', await seal(stack, product)), 'LIVE');
  const source = `console.log('started');\nsetTimeout(() => process.exit(), 60_000);\n`;
  const promotion = await promote(
    stack,
    product,
    'bronze',
    await seal(stack, product, { text: `${product}-slow`, source }),
  );
  const isSwitched = async () =>
    (await stack.rows('select 1 from alias_switches where promotion_id = $1', promotion.id)).length > 0;
  await until(isSwitched, `the switch of ${product}`);
  return { ...promotion, act: await decision(stack, promotion, 'dev', 'abort') };
}

/** Its second bundle is live; its first can be brought back. */
export async function replaced(stack: CrashStack, product: string): Promise<Prepared> {
  const bundle = await seal(stack, product);
  await reached(stack, await promote(stack, product, 'bronze', bundle), 'LIVE');
  const second = await seal(stack, product, { text: `${product}-second` });
  await reached(stack, await promote(stack, product, 'bronze', second), 'LIVE');
  const signedRequest = await stack.sign('dev', { verb: 'rollback', product, lane: 'bronze', bundle });
  const request = { product, lane: laneMessages.bronze, bundleDigest: bundle, signedRequest };
  return { lane: 'bronze', bundle, kind: 'ROLLBACK', act: () => stack.api('dev').promotions.rollback(request) };
}
