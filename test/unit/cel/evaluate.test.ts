import { celEnv, isCelError, parse, plan } from '@bufbuild/cel';
import fc from 'fast-check';
import { describe, expect, test } from '@jest/globals';
import { evaluateRule } from '../../../core/policy/cel/evaluate.js';
import { bindingsOf } from '../../../core/policy/cel/values.js';
import { anyVariables, wellTyped } from '../../support/rules-of-any-kind.js';

const many = Array.from({ length: 10_000 }, (_, index) => index);
const given = {
  lane: 'gold',
  many,
  long: 'a'.repeat(50_000),
  maps: many.slice(0, 1_000).map((index) => ({ name: `n${String(index)}`, values: [index] })),
  big: Number.MAX_SAFE_INTEGER,
  share: 0.5,
  nothing: null,
};

/** What a rule yields that repeats one step many times. */
const repeated = (seed: string, step: string, times: number) => `[${seed}]${`.map(a, ${step})`.repeat(times)}[0]`;

describe('a rule evaluates', () => {
  test.each([
    ['lane == "gold" && size(many) == 10000', true],
    ['big + 1 == 9007199254740992 && share == 0.5', true],
    ['type(big) == int && type(share) == double && nothing == null && !has(maps[0].other)', true],
    ['many.map(n, n + 1).filter(n, n % 2 == 0).size() == 5000', true],
    ['many.map(n, n).map(n, n) == many && many.map(n, n)[9999] == 9999', true],
    ['maps.map(m, m.name).exists(n, n == "n999")', true],
    ['(1 / 0 == 1) || true', true],
    ['(1 / 0 == 1) && false', false],
    ['lane.matches("^g.l(d|e)+$")', true],
  ])('%s', (rule, value) => {
    expect(evaluateRule(rule, given)).toEqual({ ok: true, value });
  });

  test('that would not compile today as it did when it was pinned', () => {
    expect(evaluateRule('lane != 3 && size("abc") < 4', given)).toEqual({ ok: true, value: true });
    expect(evaluateRule('dyn(lane) == null || !has(maps[0].unheard)', given)).toEqual({ ok: true, value: true });
  });

  test('to what the library yields, or to a limit', () => {
    const environment = celEnv();
    fc.assert(
      fc.property(wellTyped, anyVariables, (rule, variables) => {
        const bare = plan(environment, parse(rule))(bindingsOf(variables));
        const ours = evaluateRule(rule, variables);
        if (ours.ok) expect(ours.value).toBe(bare);
        else if (isCelError(bare)) expect(ours.why).toBe(bare.message.slice(0, 500));
        else if (typeof bare === 'boolean') expect(ours.why).toMatch(/^it (takes|makes) /);
      }),
    );
  });
});

describe('there is no result, and why, when a rule', () => {
  test.each([
    ['does not yield a boolean', 'lane', 'the rule yields string, not true or false'],
    ['yields null', 'nothing', 'the rule yields null, not true or false'],
    ['is no CEL', 'lane lane', '<input>:1:6: found l but expecting end of input'],
    ['adds beyond 64 bits', '9223372036854775807 + 1 > 0', 'int overflow during _+_'],
    ['subtracts beyond 64 bits', '-9223372036854775808 - 1 < 0', 'int overflow during _-_'],
    ['multiplies beyond 64 bits', 'big * big > 0', 'int overflow during _*_'],
    ['divides by zero', 'big / 0 == 1', 'int divide by zero'],
    ['takes the rest of a division by zero', 'big % 0 == 1', 'int modulus by zero'],
    ['reads a key that is not there', 'maps[0].other == 1', 'field not found: other'],
    ['reads an element that is not there', 'many[10000] == 1', 'index 10000 out of bounds [0, -1)'],
    ['reads a variable that is not there', 'other == 1', 'unresolved attribute'],
    ['has a pattern that is none', 'lane.matches("(")', 'error parsing regexp: missing closing ): `(`'],
    ['is nested too deeply', `${'('.repeat(100_000)}true${')'.repeat(100_000)}`, 'it is nested too deeply'],
  ])('%s', (_what, rule, why) => {
    expect(evaluateRule(rule, given)).toEqual({ ok: false, why });
  });

  test.each([
    ['loops in loops', 'many.all(a, many.all(b, many.all(c, true)))'],
    ['loops in loops and hides that', 'many.all(a, many.all(b, many.all(c, true)) || true) || true'],
    ['filters in filters', 'many.filter(a, many.filter(b, false).size() == 0).size() > 0'],
    ['compares large values often', 'maps.all(a, maps.exists(b, [a, b] == [b, a]))'],
    ['looks for large values often', 'maps.all(a, a in maps)'],
    ['doubles a list', `${repeated('[1]', 'a + a', 60)} == [1]`],
    ['compares what contains itself many times', `${repeated('1', '[a, a]', 90)} == ${repeated('1', '[a, a]', 90)}`],
    ['searches a long text for a long text', 'long.contains(long)'],
    ['searches a long text often', 'many.all(a, long.contains("aab") || true)'],
    ['matches a pattern that repeats repetitions', 'lane.matches("((a{1000}){1000}){1000}")'],
    ['matches often', 'many.all(a, string(a).matches("[0-9]+"))'],
    ['reads a long number', `int(${repeated('"1111111111"', 'a + a', 12)}) > 0`],
    [
      'asks for the time of many places',
      'many.all(a, timestamp("2020-01-01T00:00:00Z").getHours("Europe/Berlin") > 0)',
    ],
  ])('%s', (_what, rule) => {
    expect(evaluateRule(rule, given)).toEqual({ ok: false, why: 'it takes more than 500,000 steps' });
  });

  test('makes a text that grows and grows', () => {
    const why = 'it makes a text of more than 1,000,000 characters';
    expect(evaluateRule(`${repeated('"ab"', 'a + a', 60)} == "x"`, given)).toEqual({ ok: false, why });
    expect(evaluateRule(`${repeated('"ab"', 'a + a', 60)} == "x" || true`, given)).toEqual({ ok: false, why });
  });

  test('would say more than anybody reads', () => {
    const result = evaluateRule('bool(long)', given);
    expect(result).toMatchObject({ ok: false });
    expect(result.ok ? 0 : result.why.length).toBe(500);
  });

  test('sees what is no JSON, or has no end', () => {
    const endless: unknown[] = [];
    endless.push(endless);
    expect(evaluateRule('value == 1', { value: endless })).toEqual({ ok: false, why: 'it is nested too deeply' });
    const why = 'a value of type function has no form in rules';
    expect(evaluateRule('value == 1', { value: () => 1 })).toEqual({ ok: false, why });
  });
});

describe('a pattern that makes other engines try for ever', () => {
  test('takes as long as its text is', () => {
    const rule = (text: string) => evaluateRule(`${text}.matches("(a+)+$")`, given);
    expect(rule(`"${'a'.repeat(1_000)}!"`)).toEqual({ ok: true, value: false });
    expect(rule('(long + "!")')).toEqual({ ok: true, value: false });
  });
});

test('arbitrary rules over arbitrary JSON never throw', () => {
  const words = [
    'evidence',
    '.all(e, ',
    'e.kind',
    ')',
    '(',
    ' == ',
    '[0]',
    '{"a": 1}',
    '1',
    ' + ',
    ' ? ',
    ' : ',
    ' in ',
    '"x"',
  ];
  const rules = fc.oneof(
    fc.string(),
    fc.array(fc.constantFrom(...words)).map((some) => some.join('')),
  );
  fc.assert(
    fc.property(rules, anyVariables, (rule, variables) => {
      const result = evaluateRule(rule, variables);
      expect(result.ok ? typeof result.value : typeof result.why).toBe(result.ok ? 'boolean' : 'string');
    }),
  );
});
