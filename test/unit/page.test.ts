import { create } from '@bufbuild/protobuf';
import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import { describe, expect, test } from '@jest/globals';
import { MethodEventSchema } from '#gen/audit/v1/event_service_pb.js';
import { Lane } from '#gen/governance/v1/lane_pb.js';
import { ReleaseBundleSchema } from '#gen/release/v1/bundle_pb.js';
import { LaneStatusSchema } from '#gen/release/v1/lane_status_pb.js';
import { PromotionPhase, PromotionSchema } from '#gen/release/v1/promotion_pb.js';
import { TimelineEntrySchema } from '#gen/release/v1/timeline_pb.js';
import { isAffected } from '../../apps/dashboard/connection/affected.js';
import { changesOf } from '../../apps/dashboard/decision/facts.js';
import { readFacts } from '../../core/decision/read-facts.js';
import { rowsOf } from '../../apps/dashboard/lane/rows.js';
import { matrixOf } from '../../apps/dashboard/product/cells.js';
import { spansOf, totalsOf } from '../../apps/dashboard/promotion/spans.js';
import { text, textOr } from '../../apps/dashboard/search-params.js';
import { eventTerms } from '../../core/event/registry.js';
import { browserName } from '../../core/identity/browser-name.js';

const digest = (letter: string) => `sha256:${letter.repeat(64)}`;

describe('the board', () => {
  const lane = (product: string, level: Lane, more: object = {}) =>
    create(LaneStatusSchema, { product, lane: level, ...more });
  const rows = rowsOf([
    lane('billing', Lane.BRONZE, { liveBundleDigest: digest('a'), liveRevision: 'c0ffee' }),
    lane('billing', Lane.SILVER),
    lane('shop', Lane.BRONZE, { open: [{ promotionId: 'p', bundleDigest: digest('b'), revision: 'beef' }] }),
  ]);

  test('has a row for each product, with its lanes', () => {
    expect(rows.map(({ product, lanes }) => [product, lanes.length])).toEqual([
      ['billing', 2],
      ['shop', 1],
    ]);
  });
});

describe('an event', () => {
  const event = (type: string, promotionId = '') => create(MethodEventSchema, { type, promotionId });
  const asks = (method: string, promotionId = '', service = 'X') => ({ service, method, input: { promotionId } });

  test('has what it is about asked for again, and no other promotion', () => {
    const moved = event('promotion.transitioned', 'p1-full-id');
    expect(isAffected(asks('GetPromotion', 'p1-full-id'), moved)).toBe(true);
    expect(isAffected(asks('GetPromotion', 'p1-full'), moved)).toBe(true);
    expect(isAffected(asks('GetPromotion', 'p2'), moved)).toBe(false);
    expect(isAffected(asks('ListLanes'), moved)).toBe(true);
    expect(isAffected(asks('ListReleases', '', 'ReleaseService'), moved)).toBe(false);
  });

  test('about people has everything asked for again that depends on who somebody is', () => {
    expect(isAffected(asks('WhoAmI', '', 'IdentityService'), event('principal-key.revoked'))).toBe(true);
    expect(isAffected(asks('ListActions', 'p1'), event('roles.granted'))).toBe(true);
    expect(isAffected(asks('ListLanes'), event('roles.granted'))).toBe(false);
  });

  test('about a window or a hold has everything asked for again that says whether lanes are open', () => {
    const put = event('restriction.put');
    for (const method of ['ListLanes', 'GetPromotion', 'ListLaneActions', 'ExplainPromotion'])
      expect([method, isAffected(asks(method, 'p1'), put)]).toEqual([method, true]);
    expect(isAffected(asks('ListCalendar', '', 'RestrictionService'), put)).toBe(true);
    expect(isAffected(asks('ListCalendar', '', 'RestrictionService'), event('transformation.put'))).toBe(true);
    expect(isAffected(asks('ListReleases', '', 'ReleaseService'), put)).toBe(false);
    expect(isAffected(asks('ListEvidence'), put)).toBe(false);
  });

  test('of every type that there is affects something', () => {
    const methods = [
      'ListLanes',
      'ListPromotions',
      'ListBundles',
      'GetPromotion',
      'ListPendingApprovals',
      'ListEvidence',
    ];
    const services = [
      ...['IdentityService', 'SessionService', 'ReleaseService', 'ProductService', 'CalendarFeedService'],
    ];
    for (const type of Object.keys(eventTerms)) {
      const affected =
        methods.some((method) => isAffected(asks(method), event(type))) ||
        services.some((service) => isAffected(asks('-', '', service), event(type)));
      expect([type, affected]).toEqual([type, true]);
    }
  });
});

describe('the journey of a promotion', () => {
  const at = (seconds: number) => timestampFromDate(new Date(seconds * 1_000));
  const entry = (seconds: number, phase: string) => create(TimelineEntrySchema, { at: at(seconds), phase });
  const entries = [
    entry(0, 'REQUESTED'),
    entry(1, 'GATING'),
    entry(5, ''),
    entry(11, 'AWAITING_APPROVAL'),
    entry(41, 'QUEUED'),
    entry(43, 'DEPLOYING'),
    entry(44, 'VERIFYING'),
    entry(46, 'LIVE'),
  ];

  test('is summed by what it waited for; being live is no waiting', () => {
    expect([...totalsOf(spansOf(entries), new Date(1_000_000))]).toEqual([
      ['evidence', 11_000],
      ['people', 30_000],
      ['lane', 2_000],
      ['deploy', 3_000],
    ]);
  });

  test('goes on until now while it is under way', () => {
    expect(totalsOf(spansOf(entries.slice(0, 4)), new Date(71_000)).get('people')).toBe(60_000);
  });
});

describe('the facts of a decision', () => {
  const facts = (change: object = {}) =>
    readFacts(
      JSON.stringify({
        gates: [{ gate: 'tests', verdict: 'PASS', explanation: 'ok' }],
        evidence: [{ id: 'e1', kind: 'test-result', signer: 'builder', checksum: digest('c') }],
        liveBundle: null,
        requester: 'dev',
        ...change,
      }),
    );

  test('are read whatever they are', () => {
    expect(readFacts('[1]')).toMatchObject({ gates: [], evidence: [], requester: '' });
    expect(readFacts('{"gates": [{"gate": 7}, null]}').gates).toHaveLength(2);
  });

  test('that have changed are named', () => {
    const newer = facts({
      gates: [{ gate: 'tests', verdict: 'FAIL', explanation: 'no' }],
      evidence: [{ id: 'e2', kind: 'preview-check', signer: 'dev', checksum: digest('d') }],
      liveBundle: digest('e'),
      notices: [{ explanation: 'bob asks for changes' }],
    });
    expect(changesOf(facts(), newer)).toEqual([
      'gate tests is FAIL, and was PASS',
      'new evidence: preview-check by dev',
      'evidence no longer counts: test-result',
      'another bundle is live in the lane',
      'bob asks for changes',
    ]);
    expect(changesOf(facts(), facts())).toEqual([]);
  });
});

test('the matrix of a product shows the attempt that counts for each bundle and lane', () => {
  const ended = timestampFromDate(new Date(1));
  const promotion = (state: PromotionPhase, hasEnded: boolean) =>
    create(PromotionSchema, {
      ...{ id: PromotionPhase[state], bundleDigest: digest('a'), lane: Lane.GOLD, state },
      ...(hasEnded && { endedAt: ended }),
    });
  const [row] = matrixOf(
    [create(ReleaseBundleSchema, { digest: digest('a') })],
    [promotion(PromotionPhase.REJECTED, true), promotion(PromotionPhase.LIVE, false)],
  );
  expect(row?.newest.get(Lane.GOLD)?.state).toBe(PromotionPhase.LIVE);
});

test('what stands in an address is text of a bounded length, or nothing', () => {
  expect(text({ evil: true })).toBe('');
  expect(text(12)).toBe('12');
  expect(text('x'.repeat(10_000))).toHaveLength(200);
  expect(textOr('q', { q: ['a'] })).toEqual({});
});

test.each([
  ['Mozilla/5.0 (X11; Linux x86_64; rv:141.0) Gecko/20100101 Firefox/141.0', 'Firefox 141 on Linux'],
  [
    'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36 Edg/140.0.0.0',
    'Edge 140 on Windows',
  ],
  [
    'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.3 Safari/605.1.15',
    'Safari 18 on macOS',
  ],
  ['<script>alert(1)</script>', '<script>alert(1)</script>'],
  ['', 'an unnamed browser'],
])('the browser %s is called %s', (userAgent, name) => {
  expect(browserName(userAgent)).toBe(name);
});
