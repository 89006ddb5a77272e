import type { Digest } from '../../core/digest.js';
import { nameOfHold } from '../../core/restriction/model.js';
import type { Engine, PromotionHandle } from '../support/engine.js';
import { hold, put, recall, retire, windowOf } from '../support/restriction-people.js';
import { type Play, productOf } from './promotion-shapes.js';

const inSeconds = (seconds: number): string => new Date(Date.now() + seconds * 1_000).toISOString();

/** Asks for bronze as a person, with more in the signed request. */
async function requested(
  engine: Engine,
  product: string,
  bundle: Digest,
  more: { readonly notBefore?: string; readonly notAfter?: string },
): Promise<PromotionHandle> {
  const request = await engine.sign('dev', { verb: 'request', lane: 'bronze', bundle }, { product, ...more });
  return engine.promote({ product, lane: 'bronze', bundle, request });
}

/** A freeze of a product that ends in so many seconds. */
const freeze = (product: string, seconds: number) =>
  windowOf(product, {
    ...{ kind: 'FREEZE', reason: 'audit', zone: 'UTC', products: [product] },
    ...{ begins: inSeconds(-3_600).slice(0, 19), ends: inSeconds(seconds).slice(0, 19) },
  });

/** The control flows of the `promotion` workflow that waits for more than gates. */
export const timeShapes: Readonly<Record<string, Play>> = {
  held: async (engine, product) => {
    const shop = productOf(engine, product);
    const bundle = await shop.seal('held');
    await hold(engine, 'dev', { product }, 'errors');
    const handle = await shop.promote('bronze', bundle);
    await engine.reached(handle, 'QUEUED');
    await retire(engine, 'dev', { kind: 'hold', name: nameOfHold({ product }) });
    await engine.reached(handle, 'LIVE');
    return handle;
  },
  frozen: async (engine, product) => {
    const shop = productOf(engine, product);
    const bundle = await shop.seal('frozen');
    await put(engine, 'dev', freeze(product, 3_600));
    const handle = await shop.promote('bronze', bundle);
    await engine.reached(handle, 'QUEUED');
    await put(engine, 'dev', freeze(product, 2));
    await engine.reached(handle, 'LIVE');
    return handle;
  },
  scheduled: async (engine, product) => {
    const shop = productOf(engine, product);
    const bundle = await shop.seal('scheduled');
    const handle = await requested(engine, product, bundle, { notBefore: inSeconds(12) });
    await engine.reached(handle, 'LIVE');
    return handle;
  },
  'too-late': async (engine, product) => {
    const shop = productOf(engine, product);
    const bundle = await shop.seal('too late');
    await hold(engine, 'dev', { product }, 'errors');
    const handle = await requested(engine, product, bundle, { notAfter: inSeconds(12) });
    await engine.reached(handle, 'FAILED');
    return handle;
  },
  hotfix: async (engine, product) => {
    const shop = productOf(engine, product);
    const bundle = await shop.seal('hotfix');
    await hold(engine, 'dev', { product }, 'errors');
    const request = await engine.sign(
      'carol',
      { verb: 'hotfix', lane: 'bronze', bundle },
      { product, comment: 'people cannot log in' },
    );
    const handle = await engine.promote({ product, lane: 'bronze', bundle, kind: 'HOTFIX', request });
    await engine.reached(handle, 'LIVE');
    return handle;
  },
  recalled: async (engine, product) => {
    const shop = productOf(engine, product);
    const bundle = await shop.seal('recalled');
    await shop.live('bronze', bundle);
    const handle = await shop.promote('silver', bundle);
    await engine.reached(handle, 'GATING');
    await recall(engine, 'carol', product, bundle, 'it deletes data');
    await engine.reached(handle, 'FAILED');
    return handle;
  },
};
