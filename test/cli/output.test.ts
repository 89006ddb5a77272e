import { create } from '@bufbuild/protobuf';
import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import { describe, expect, it } from '@jest/globals';
import { harmless, visibleJson } from '../../apps/cli/output/harmless.js';
import { toPlain } from '../../apps/cli/output/plain.js';
import { duration, parseDuration, relativeTime } from '../../apps/cli/output/relative-time.js';
import { shortenIds } from '../../apps/cli/output/short-ids.js';
import { renderFields, renderTable } from '../../apps/cli/output/table.js';
import { shellWord } from '../../apps/cli/temporal/command.js';
import { Lane } from '#gen/governance/v1/lane_pb.js';
import { PromotionSchema, PromotionPhase } from '#gen/release/v1/promotion_pb.js';

describe('tables', () => {
  it('align their columns, whatever colours the cells have', () => {
    const text = renderTable(
      ['A', 'LONGER', 'C'],
      [
        ['\u001b[32mgreen\u001b[39m', 'x', 'end'],
        ['b', 'ÄÖÜ', 'é'],
      ],
    );
    expect(text.split('\n')).toEqual([
      'A      LONGER  C',
      '\u001b[32mgreen\u001b[39m  x       end',
      'b      ÄÖÜ     é',
    ]);
  });

  it('omit fields without a value and indent continuation lines', () => {
    expect(
      renderFields([
        ['name', 'a'],
        ['empty', ''],
        ['keys', 'one\ntwo'],
      ]),
    ).toBe('name:  a\nkeys:  one\n       two');
  });
});

describe('what others wrote', () => {
  it('is one line of a table, however many it has', () => {
    expect(renderTable(['A', 'B'], [['ok\n\nFAKE  row', 'x']]).split('\n')).toHaveLength(2);
  });

  it('neither clears, retitles, reverses nor hides anything in a terminal; our own colours stay', () => {
    const hostile = 'hi \u001b[2J\u001b]0;pwn\u0007\u001b[8mhidden\u009b31m \u202eesrever\u2066 \r\u0000end\u001b[1;8m';
    expect(harmless(hostile)).not.toMatch(/(?![\n\t])\p{C}/u);
    expect(harmless('\u001b[31mred\u001b[39m\n\ttext')).toBe('\u001b[31mred\u001b[39m\n\ttext');
  });

  it('is the same value as JSON, with everything in it seen', () => {
    const value = { a: 'hi \u009b2J \u202e \u{e0041}', b: ['ü', '👩‍🚀'] };
    const text = visibleJson(value, 2);
    expect(text).not.toMatch(/(?!\n)\p{C}/u);
    expect(text).toContain('ü');
    expect(JSON.parse(text)).toEqual(value);
  });
});

describe('times', () => {
  const now = new Date('2026-01-02T00:00:00Z');

  it.each([
    ['2026-01-02T00:00:00Z', 'just now'],
    ['2026-01-01T23:59:18Z', '42s ago'],
    ['2026-01-01T23:00:00Z', '1h ago'],
    ['2025-12-30T00:00:00Z', '3d ago'],
    ['2026-01-02T00:05:00Z', 'in 5m'],
    [undefined, ''],
  ])('%s is %s', (instant, expected) => {
    expect(relativeTime(instant, now)).toBe(expected);
  });

  it('can be durations as people write them', () => {
    expect([
      parseDuration('90'),
      parseDuration('2s'),
      parseDuration('30m'),
      parseDuration('1d'),
      parseDuration('soon'),
      parseDuration('-1s'),
    ]).toEqual([90_000, 2_000, 1_800_000, 86_400_000, undefined, undefined]);
    expect(duration(61_000)).toBe('1m');
  });
});

describe('short ids', () => {
  it('are the beginning of a digest and the end of a run id', () => {
    const short = shortenIds([`sha256:${'a'.repeat(64)}`, '01a20b7d-3d0c-7531-bc93-14ead3d63ae1']);
    expect(short(`sha256:${'a'.repeat(64)}`)).toBe('aaaaaaaaaaaa');
    expect(short('01a20b7d-3d0c-7531-bc93-14ead3d63ae1')).toBe('14ead3d63ae1');
  });

  it('grow until each is unique among those shown', () => {
    const digests = [`sha256:${'a'.repeat(14)}${'b'.repeat(50)}`, `sha256:${'a'.repeat(14)}${'c'.repeat(50)}`];
    expect(digests.map(shortenIds(digests))).toEqual(['aaaaaaaaaaaaaab', 'aaaaaaaaaaaaaac']);
  });
});

describe('data for machines', () => {
  it('uses the words of the domain and RFC 3339 times, and omits what is not set', () => {
    const promotion = create(PromotionSchema, {
      id: 'x',
      lane: Lane.GOLD,
      state: PromotionPhase.AWAITING_APPROVAL,
      createdAt: timestampFromDate(new Date('2026-01-02T03:04:05Z')),
    });
    const plain = toPlain(PromotionSchema, promotion);
    expect(plain).toMatchObject({
      id: 'x',
      lane: 'gold',
      state: 'AWAITING_APPROVAL',
      createdAt: '2026-01-02T03:04:05.000Z',
    });
    expect(Object.keys(plain)).not.toContain('liveAt');
    expect(Object.keys(plain)).not.toContain('kind');
  });
});

describe('words for a shell', () => {
  it('are quoted only where necessary', () => {
    expect(['promotion/default/x', '/tmp/a b.json', "it's"].map(shellWord)).toEqual([
      'promotion/default/x',
      "'/tmp/a b.json'",
      String.raw`'it'\''s'`,
    ]);
  });
});
