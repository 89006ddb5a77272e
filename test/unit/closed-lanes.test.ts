import { create } from '@bufbuild/protobuf';
import { timestampFromDate, timestampMs } from '@bufbuild/protobuf/wkt';
import { describe, expect, test } from '@jest/globals';
import { Lane } from '#gen/governance/v1/lane_pb.js';
import { ClosureKind, LaneOpeningSchema } from '#gen/governance/v1/restriction_pb.js';
import { closedBy, lanesInWords, nextTurn, resumeCommand } from '../../apps/dashboard/restriction/closed-lanes.js';

const lanes = [Lane.BRONZE, Lane.SILVER, Lane.GOLD] as const;
const at = (text: string) => timestampFromDate(new Date(text));

/** Lanes of products, closed by what is named for each. */
function closed(
  products: readonly string[],
  of: readonly Lane[],
  by: readonly (readonly [ClosureKind, string, string?])[],
  nextOpen?: string,
) {
  const opening = create(LaneOpeningSchema, {
    ...{ closed: by.length > 0, closures: by.map(([kind, name, hold = '']) => ({ kind, name, hold })) },
    ...(nextOpen !== undefined && { nextOpen: at(nextOpen) }),
  });
  return products.flatMap((product) => of.map((lane) => ({ product, lane, opening })));
}

describe('what closes lanes', () => {
  test('is told once, whatever number of lanes it closes: holds first, then what closes most', () => {
    const many = Array.from({ length: 300 }, (_, index) => `product-${String(index)}`);
    const found = closedBy([
      ...closed(many, lanes, [[ClosureKind.FREEZE, 'advent']], '2030-12-24T00:00Z'),
      ...closed(
        ['shop'],
        [Lane.GOLD],
        [
          [ClosureKind.CHANGE, 'office'],
          [ClosureKind.HOLD, 'shop', 'aaaaaaaa'],
          [ClosureKind.HOLD, 'shop', 'bbbbbbbb'],
        ],
      ),
      ...closed(['till'], lanes, []),
      { product: 'new', lane: Lane.GOLD },
    ]);
    expect(found.map(({ closure, lanes: own }) => [closure.name, closure.hold, lanesInWords(own)])).toEqual([
      ['shop', 'aaaaaaaa', 'gold of shop'],
      ['shop', 'bbbbbbbb', 'gold of shop'],
      ['advent', '', 'every lane of 300 products'],
      ['office', '', 'gold of shop'],
    ]);
    expect(found.map(({ opens }) => opens && timestampMs(opens))).toEqual([
      ...[undefined, undefined, Date.parse('2030-12-24T00:00Z'), undefined],
    ]);
  });

  test('is one reason where it is all change windows of a lane, and others where a freeze closes it, too', () => {
    const [early, late] = [
      [ClosureKind.CHANGE, 'early'],
      [ClosureKind.CHANGE, 'late'],
    ] as const;
    const found = closedBy([
      ...closed(['shop', 'till'], [Lane.GOLD], [early, late]),
      ...closed(['desk'], [Lane.GOLD], [early, [ClosureKind.FREEZE, 'advent']]),
    ]);
    expect(found.map(({ closures, lanes: own }) => [closures.map(({ name }) => name), lanesInWords(own)])).toEqual([
      [['advent'], 'gold of desk'],
      [['early', 'late'], 'gold of 2 products'],
      [['early'], 'gold of desk'],
    ]);
  });

  test('says no instant at which lanes open that do not open at the same one', () => {
    const [one] = closedBy([
      ...closed(['shop'], [Lane.GOLD], [[ClosureKind.FREEZE, 'advent']], '2030-12-24T00:00Z'),
      ...closed(['till'], [Lane.GOLD], [[ClosureKind.FREEZE, 'advent']], '2030-12-25T00:00Z'),
    ]);
    expect(one!.opens).toBeUndefined();
    expect(lanesInWords(one!.lanes)).toBe('gold of 2 products');
  });

  test.each([
    [
      [
        ['shop', Lane.BRONZE],
        ['shop', Lane.GOLD],
      ],
      'bronze and gold of shop',
    ],
    [
      [
        ['shop', Lane.BRONZE],
        ['till', Lane.GOLD],
      ],
      '2 lanes',
    ],
  ] as const)('names %j as %s', (own, words) => {
    expect(lanesInWords(own.map(([product, lane]) => ({ product, lane })))).toBe(words);
  });

  test.each([
    ['shop.gold', 'lane resume shop --lane gold --hold aaaaaaaa --reason TEXT'],
    ['shop', 'lane resume shop --hold aaaaaaaa --reason TEXT'],
    ['_.gold', 'lane resume --all --lane gold --hold aaaaaaaa --reason TEXT'],
    ['_', 'lane resume --all --hold aaaaaaaa --reason TEXT'],
  ])('has a command that lifts a hold on %s', (name, command) => {
    expect(resumeCommand({ name, hold: 'aaaaaaaa' })).toBe(command);
  });

  test('turns next when the first of the lanes opens or closes', () => {
    const openings = [
      create(LaneOpeningSchema, { nextOpen: at('2030-12-24T00:00Z') }),
      create(LaneOpeningSchema, { nextClose: at('2030-12-20T00:00Z') }),
      undefined,
    ];
    expect(nextTurn(openings)).toBe(Date.parse('2030-12-20T00:00Z'));
    expect(nextTurn([undefined, create(LaneOpeningSchema, {})])).toBeUndefined();
  });
});
