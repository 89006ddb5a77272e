import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type CrashStack, startCrashStack } from '../support/crash-stack.js';
import { putting, signRestriction, windowOf } from '../support/restriction-people.js';
import { effectsOf, onceEach } from './effects.js';
import { type CrashedPromotion, promote, reached, seal } from './promotions.js';

let stack: CrashStack;
beforeAll(async () => {
  stack = await startCrashStack();
});
afterAll(() => stack.close());

/** Puts the freeze of a product, or changes when it ends: so many seconds from now. */
async function freeze(product: string, revision: number, seconds: number): Promise<void> {
  const at = (from: number) => new Date(Date.now() + from * 1_000).toISOString().slice(0, 19);
  const times = { begins: at(-3_600), ends: at(seconds), zone: 'UTC' };
  const window = windowOf(product, { kind: 'FREEZE', reason: 'audit', products: [product], ...times });
  const signedStatement = Buffer.from(await signRestriction(stack.tools, 'dev', putting(window), { revision }));
  await stack.api('dev').restrictions.submitRestriction({ signedStatement });
}

/** A promotion that waits in a freeze. */
async function frozen(product: string): Promise<CrashedPromotion> {
  const bundle = await seal(stack, product);
  await freeze(product, 0, 3_600);
  const promotion = await promote(stack, product, 'bronze', bundle);
  await reached(stack, promotion, 'QUEUED');
  return promotion;
}

describe('when a freeze ends and', () => {
  test.each([
    ['dies before it ends', undefined],
    ['dies just before the commit of the grant', 'before-commit.PRODUCT.lane.granted'],
    ['dies just after the commit of the grant', 'after-commit.PRODUCT.lane.granted'],
    ['dies just before the commit of the guard', 'before-commit.PRODUCT.step.guard'],
    ['dies after the switch', 'deploy.switched'],
  ])('the worker %s, the promotion goes live, and every effect exists once', async (title, point) => {
    const product = title.replaceAll(' ', '-');
    const promotion = await frozen(product);
    const at = point?.replace('PRODUCT', product);
    if (at !== undefined) stack.pauseAt(at);
    await freeze(product, 1, 3);
    if (at !== undefined) await stack.pausedAt(at);
    const killed = stack.stack.pidOf('worker');
    await stack.kill('worker');
    stack.resume();
    await stack.back('worker', killed);
    await reached(stack, promotion, 'LIVE');
    const { events, ...effects } = await effectsOf(stack, promotion);
    const once = onceEach(['GATING → QUEUED'], 1);
    expect(events).toEqual({ ...once.events, 'lane.queued': 1 });
    expect(effects).toMatchObject({ starts: once.starts, switches: once.switches, transitions: once.transitions });
  });
});
