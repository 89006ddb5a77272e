import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Digest } from '../../core/digest.js';
import { shortId } from '../../core/ids.js';
import { type Engine, startEngine } from '../support/engine.js';
import { type ApiOnEngine, startApiOn } from '../support/lane-runner.js';
import { attachPreviewCheck, sealText } from '../support/sealed-bundle.js';
import { putTransformation } from '../support/transformation-people.js';

let engine: Engine;
let api: ApiOnEngine;
let bundle: Digest;
let promotion: string;
beforeAll(async () => {
  engine = await startEngine();
  api = await startApiOn(engine);
  bundle = await sealText(engine, 'in the words of a method');
  await attachPreviewCheck(engine, bundle);
  await engine.bringTo(bundle, 'bronze', 'silver');
  await putTransformation(engine, api, 0, { profile: 'togaf', stage: 'build' });
  promotion = (await api.lane('dev', 'promote', shortId(bundle), '--to', 'gold')).stdout;
}, 120_000);
afterAll(async () => {
  await api.close();
  await engine.close();
});

const lane = async (...args: readonly string[]) => {
  const { code, stdout, stderr } = await api.lane('dev', ...args);
  expect([code, stderr]).toEqual([0, '']);
  return stdout;
};

describe('the command line, about a product under TOGAF', () => {
  test('shows its transitions, Solution Building Blocks and compliance reviews', async () => {
    expect(await lane('get', 'promotions', '--product', 'shop')).toMatch(/^TRANSITION .* SOLUTION BUILDING BLOCK /);
    expect(await lane('get', 'bundles', '--product', 'shop')).toMatch(/^SOLUTION BUILDING BLOCK /);
    expect(await lane('status', 'shop')).toMatch(/\nTRANSITION /);
    const plan = await lane('plan', shortId(bundle), '--to', 'gold');
    expect(plan).toMatch(/^Solution Building Block: +[0-9a-f]{12} of shop/);
    expect(plan).toMatch(/\nVERDICT +COMPLIANCE REVIEW +WHY/);
    expect(plan).toMatch(/\d+ of \d+ compliance reviews block; next: /);
    const why = await lane('why', promotion);
    expect(why).toMatch(/^transition of [0-9a-f]{12} into gold of shop is waiting for compliance reviews/);
    expect(why).toMatch(/\nVERDICT +COMPLIANCE REVIEW +WHY/);
  });

  test('does so where something is started, followed, listed and judged', async () => {
    const { stderr } = await api.lane('dev', 'promote', shortId(bundle), '--to', 'gold');
    expect(stderr).toMatch(/^transition [0-9a-f]{12}: [0-9a-f]{12} of shop to gold/);
    const waited = await api.lane('dev', 'promote', shortId(bundle), '--to', 'gold', '--timeout', '2s');
    expect(waited.stderr).toMatch(/\nVERDICT +COMPLIANCE REVIEW +WHY/);
    expect(waited.stderr).toMatch(/Transition [0-9a-f]{12} is not live yet; it continues/);
    const watched = await api.lane('dev', 'watch', promotion, '--timeout', '2s');
    expect(watched.stderr).toMatch(/^transition of [0-9a-f]{12} into gold of shop/);
    expect(watched.stdout).toContain('transition requested');
    expect(await lane('actions', '--bundle', shortId(bundle))).toContain('SOLUTION BUILDING BLOCK');
    expect(await lane('get', 'releases', '--product', 'shop')).toContain('SOLUTION BUILDING BLOCK');
    for (const of of [
      ['--product', 'shop', '--lane', 'gold'],
      ['--promotion', promotion],
    ]) {
      const policy = await lane('get', 'policy', ...of);
      expect(policy).toMatch(/for: +transitions/);
      expect(policy).toMatch(/\nCOMPLIANCE REVIEW +VALUE/);
    }
  });

  test('says which profile is in effect, and what names it, in one wording', async () => {
    const inEffect = 'TOGAF (profile/togaf@1), named by transformation/checkout';
    for (const command of [
      ['product', 'show', 'shop'],
      ['why', promotion],
      ['policy', 'explain', 'shop', '--lane', 'gold'],
    ])
      expect(await lane(...command)).toMatch(new RegExp(`profile:? +${inEffect.replaceAll(/[()]/g, String.raw`\$&`)}`));
    const { profile } = await api.json('dev', 'product', 'show', 'shop');
    expect(profile).toMatchObject({ name: 'togaf', version: 'profile/togaf@1', namedBy: 'transformation/checkout' });
    expect((await api.json('dev', 'why', promotion))['profile']).toEqual(profile);
  });

  test('says who may, by the title that the method has for the role', async () => {
    const policy = await lane('policy', 'explain', 'shop', '--lane', 'gold');
    expect(policy).toContain('signed by one of Architecture Board (release-manager)');
    expect(policy).toContain('answered by 1 of Enterprise Architect (qa)');
    expect(await lane('why', promotion)).toContain(
      'An Enterprise Architect reviews its compliance: lane evidence attach',
    );
  });

  test('keeps our words where it is about several products', async () => {
    expect(await lane('get', 'promotions')).toMatch(/^PROMOTION .* BUNDLE /);
    expect(await lane('get', 'bundles')).toMatch(/^BUNDLE /);
  });

  test('keeps the fields of JSON, ids and commands as they are', async () => {
    const list = JSON.parse(await lane('get', 'promotions', '--product', 'shop', '-o', 'json')) as {
      readonly kind: string;
      readonly items: readonly object[];
    };
    expect(list).toMatchObject({
      kind: 'PromotionList',
      items: expect.arrayContaining([expect.objectContaining({ bundleDigest: bundle })]),
    });
    const why = JSON.parse(await lane('why', promotion, '-o', 'json')) as { readonly blocking: readonly object[] };
    expect(why.blocking).toContainEqual(expect.objectContaining({ gateId: 'architecture-board' }));
    expect(await lane('plan', shortId(bundle), '--to', 'gold')).toContain('): lane evidence attach ');
  });
});
