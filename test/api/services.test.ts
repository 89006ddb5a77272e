import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { digestOf } from '../../core/hash.js';
import type { Digest } from '../../core/digest.js';
import { workflowIds } from '../../core/ids.js';
import { Lane } from '#gen/governance/v1/lane_pb.js';
import { PromotionPhase } from '#gen/release/v1/promotion_pb.js';
import { type Engine, startEngine } from '../support/engine.js';
import { type ApiOnEngine, startApiOn } from '../support/lane-runner.js';
import { attachPreviewCheck, sealText } from '../support/sealed-bundle.js';
import { eventually } from '../support/until.js';

let engine: Engine;
let api: ApiOnEngine;
let first: Digest;

beforeAll(async () => {
  engine = await startEngine();
  api = await startApiOn(engine);
  first = await sealText(engine, 'first');
});

afterAll(async () => {
  await api.close();
  await engine.close();
  expect(api.reports).toEqual([]);
});

/** A person's signed request, as bytes. */
async function request(
  person: string,
  lane: 'bronze' | 'silver' | 'gold',
  bundle: Digest,
  keyOf = person,
): Promise<Uint8Array> {
  return Buffer.from(JSON.stringify(await engine.sign(person, { verb: 'request', lane, bundle }, {}, keyOf)));
}

const codeOf = (error: unknown): string =>
  error instanceof Error && error.cause instanceof Error && 'code' in error.cause
    ? String(error.cause.code)
    : String(error);

describe('the API', () => {
  it('reports the health of its dependencies at /healthz, without a token', async () => {
    await eventually(async () => {
      const response = await fetch(`${api.url}/healthz`);
      expect(response.status).toBe(200);
      expect(await response.json()).toMatchObject({
        status: 'ok',
        parts: {
          database: { ok: true },
          temporal: { ok: true },
          builds: { detail: expect.stringMatching(/^contained by /) },
        },
      });
    });
  });

  it('says who a token belongs to, and lists the keys of all principals', async () => {
    const { identity } = api.clients('alice');
    expect((await identity.whoAmI({})).principal).toMatchObject({ name: 'alice', roles: ['product-owner'] });
    const { principals } = await identity.listPrincipals({});
    expect(principals.map(({ name }) => name)).toContain('builder');
    expect(principals.every(({ name, keys }) => keys.length === (name === 'author' ? 0 : 1))).toBe(true);
  });

  it('registers a product once, binds it, and refuses a repository that is neither a folder nor a URL', async () => {
    const { products } = api.clients('dev');
    await products.registerProduct({ name: 'other', repository: '/other' });
    await products.registerProduct({ name: 'other', repository: '/other' });
    expect((await products.listProducts({})).products.map(({ name }) => name)).toEqual(['other', 'shop']);
    expect((await products.getProduct({ name: 'other' })).product?.repository).toBe('/other');
    expect(
      codeOf(
        await products.registerProduct({ name: 'other', repository: 'relative' }).catch((error: unknown) => error),
      ),
    ).toBe('INVALID_INPUT');
    const moved = { name: 'other', repository: 'https://git.example.com/other.git' };
    expect(codeOf(await products.registerProduct(moved).catch((error: unknown) => error))).toBe('WRONG_REPOSITORY');
    const operator = api.clients('carol').products;
    expect((await operator.rebindProduct({ ...moved, reason: 'it has moved' })).product).toMatchObject(moved);
    expect((await products.listRepositories({})).repositories).toEqual([]);
    expect(codeOf(await products.getProduct({ name: 'nothing' }).catch((error: unknown) => error))).toBe(
      'UNKNOWN_PRODUCT',
    );
  });

  it('takes a null character for bad input, wherever a text has one', async () => {
    const { search, promotions, decisions } = api.clients('alice');
    for (const ask of [
      () => search.search({ text: 'a\0b' }),
      () => promotions.listPromotions({ product: 'a\0b' }),
      () => decisions.listLaneActions({ of: { case: 'product', value: 'a\0b' } }),
    ])
      await expect(ask()).rejects.toMatchObject({ cause: { code: 'INVALID_INPUT' } });
  });

  it('serves bundles, their manifests and their blobs byte for byte', async () => {
    const { bundles } = api.clients('dev');
    const { bundle, evidence } = await bundles.getBundle({ bundle: first.slice(7, 20) });
    expect(bundle).toMatchObject({ digest: first, product: 'shop', artifacts: [{ name: 'web' }, { name: 'commit' }] });
    expect(evidence.map(({ attestation }) => attestation?.kind).sort()).toEqual([
      'commits',
      'provenance',
      'sbom-cyclonedx',
      'sbom-spdx',
      'signature',
      'test-result',
    ]);
    const { manifest } = await bundles.getManifest({ bundle: first });
    expect(digestOf(manifest)).toBe(first);
    const image = bundle?.artifacts[0]?.digest ?? '';
    const chunks: Uint8Array[] = [];
    for await (const { chunk } of bundles.getBlob({ digest: image })) chunks.push(chunk);
    expect(digestOf(Buffer.concat(chunks))).toBe(image);
    expect(codeOf(await bundles.getBundle({ bundle: 'ffff' }).catch((error: unknown) => error))).toBe('UNKNOWN_BUNDLE');
  });

  it('lists in pages that neither skip nor repeat items', async () => {
    const { bundles } = api.clients('dev');
    const made = [first, await sealText(engine, 'page 2'), await sealText(engine, 'page 3')];
    const seen: string[] = [];
    let pageToken = '';
    do {
      const page = await bundles.listBundles({ product: 'shop', pageSize: 2, pageToken });
      seen.push(...page.bundles.map(({ digest }) => digest));
      pageToken = page.nextPageToken;
    } while (pageToken !== '');
    expect(seen.sort()).toEqual([...made].sort());
    expect(codeOf(await bundles.listBundles({ pageToken: 'nonsense' }).catch((error: unknown) => error))).toBe(
      'INVALID_INPUT',
    );
  });
});

describe('promotions through the API', () => {
  it('start with a signed request, are joined when it is sent again, and can be watched until they are live', async () => {
    const { promotions } = api.clients('dev');
    const asked = {
      product: 'shop',
      bundleDigest: first,
      lane: Lane.BRONZE,
      signedRequest: await request('dev', 'bronze', first),
    };
    const started = await promotions.promote(asked);
    const again = await promotions.promote(asked);
    expect(again).toMatchObject({ promotionId: started.promotionId, joined: true });
    const states: PromotionPhase[] = [];
    for await (const { promotion } of promotions.watchPromotion({ promotionId: started.promotionId }))
      states.push(promotion?.state ?? PromotionPhase.UNSPECIFIED);
    expect(states.at(-1)).toBe(PromotionPhase.LIVE);
    const [lane] = (await promotions.listLanes({ product: 'shop' })).lanes;
    expect(lane).toMatchObject({ liveBundleDigest: first, livePromotionId: started.promotionId });
    expect(await (await fetch(lane?.url ?? '')).text()).toContain('first');
  });

  it('leave nothing behind when the request is signed with the key of another person', async () => {
    const { promotions } = api.clients('dev');
    const forged = await request('dev', 'silver', first, 'carol');
    const error: unknown = await promotions
      .promote({ product: 'shop', bundleDigest: first, lane: Lane.SILVER, signedRequest: forged })
      .catch((each: unknown) => each);
    expect(codeOf(error)).toBe('SIGNATURE_INVALID');
    expect((await promotions.listPromotions({ lane: Lane.SILVER })).promotions).toEqual([]);
  });

  it('pass a later signed request to a run that was started without one', async () => {
    const workflowId = workflowIds.promotion('default', 'shop', 'silver', first);
    const handle = await engine.promote({ lane: 'silver', bundle: first });
    await engine.reached(handle, 'GATING');
    const { promotions } = api.clients('dev');
    const joined = await promotions.promote({
      product: 'shop',
      bundleDigest: first,
      lane: Lane.SILVER,
      signedRequest: await request('dev', 'silver', first),
    });
    expect(joined).toMatchObject({ workflowId, joined: true });
    expect((await promotions.getPromotion({ promotionId: joined.promotionId })).promotion?.requester).toBe('dev');
  });

  it('can be planned: a plan shows the gates and starts nothing', async () => {
    const { promotions } = api.clients('dev');
    const plan = await promotions.plan({ bundle: first, lane: Lane.GOLD });
    expect(plan.gates.map(({ gateId }) => gateId)).toContain('two-person-approval');
    expect((await promotions.listPromotions({ lane: Lane.GOLD })).promotions).toEqual([]);
  });

  it('refuse a rollback when nothing was live before, and one by a person without the role for it', async () => {
    const asked = {
      product: 'shop',
      lane: Lane.BRONZE,
      bundleDigest: first,
      signedRequest: await request('dev', 'bronze', first),
    };
    expect(
      codeOf(
        await api
          .clients('dev')
          .promotions.rollback(asked)
          .catch((error: unknown) => error),
      ),
    ).toBe('NOTHING_TO_ROLL_BACK');
    expect(
      codeOf(
        await api
          .clients('bob')
          .promotions.rollback(asked)
          .catch((error: unknown) => error),
      ),
    ).toBe('PERMISSION_DENIED');
  });
});

describe('evidence through the API', () => {
  it('is refused when it is about another bundle, of another kind, signed by another person, or not what its report says', async () => {
    const { evidence } = api.clients('dev');
    const other = await sealText(engine, 'another');
    const { checksum } = await attachPreviewCheck(engine, other);
    const signedStatement = await engine.blobs.get(checksum);
    const attach = (change: object) =>
      evidence
        .attachEvidence({ bundleDigest: other, kind: 'preview-check', signedStatement, ...change })
        .then(() => 'attached', codeOf);
    expect(await attach({})).toBe('attached');
    expect(await attach({ bundleDigest: first })).toBe('EVIDENCE_INVALID');
    // Signed by one person, attached by another: only what services sign may be passed on.
    const passedOn = api.clients('alice').evidence.attachEvidence({
      ...{ bundleDigest: other, kind: 'preview-check', signedStatement },
    });
    expect(await passedOn.then(() => 'attached', codeOf)).toBe('SIGNATURE_INVALID');
    expect(await attach({ kind: 'test-result' })).toBe('EVIDENCE_INVALID');
    expect(await attach({ report: Buffer.from('<testsuite/>') })).toBe('EVIDENCE_INVALID');
    expect(
      await attach({ signedStatement: Buffer.from(signedStatement.toString('utf8').replace('"sig":"M', '"sig":"N')) }),
    ).toBe('SIGNATURE_INVALID');
  });
});
