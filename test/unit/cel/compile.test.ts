import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from '@jest/globals';
import { LanekeeperError } from '../../../core/errors.js';
import { checkRule, compileRule } from '../../../core/policy/cel/compile.js';
import { gateTypes } from '../../../core/policy/gate-types.js';
import { parsePolicy, parseProfile } from '../../../core/policy/parse.js';
import { conditionScope, gateScope } from '../../../core/policy/variables.js';
import { anyVariables, wellTyped } from '../../support/rules-of-any-kind.js';

const at = (written: string, text = written) => ({ file: 'shop.yaml', place: { line: 7, column: 13 }, written, text });
const compile = (rule: string, scope = gateScope) => compileRule(rule, scope, at(rule));

function messageOf(rule: string, scope = gateScope): string {
  try {
    compile(rule, scope);
    return 'it compiles';
  } catch (error) {
    if (!(error instanceof LanekeeperError) || error.code !== 'INVALID_POLICY') throw error;
    return error.message;
  }
}

describe('a rule compiles', () => {
  test.each([
    'evidence.all(e, e.result == "PASSED")',
    'evidence.all(e, e.critical == 0 && e.high == 0)',
    'evidence.exists(e, has(e.url) && e.url.matches("^https://") && e["coverage.lines"] >= 0.8)',
    'evidence.filter(e, e.kind == "scan").map(e, e.signer).exists_one(s, s == "builder")',
    'size(evidence) > 0 && evidence[0].passed >= 1.5',
    'evidence.all(e, evidence.exists(f, f.kind == e.kind && f.signer != e.signer))',
    'bundle.commits.agents.size() == 0 && !(bundle.source.author.email in bundle.commits.unknown)',
    'bundle.images.all(i, i.name != "" && i.digest.startsWith("sha256:"))',
    'bundle.plan.ready && bundle.plan.items.all(item, item.done)',
    'bundle.methodology == null || bundle.methodology.profile == "safe"',
    'lanes.silver.wasLive && lanes.gold.intervals.all(i, timestamp(i.from) < timestamp(i.to))',
    'lanes["bronze"].live ? lane == "silver" : product in ["shop", "till"]',
    'transformation.known && transformation.milestones.beta.ready && has(transformation.milestones["ga-1"].due)',
    'transformation.elements.all(e, e.kind != "RISK" || e.state == "ACCEPTED")',
    'type(lane) == string && duration("1h") < duration("2h") && {"a": [1]}["a"][0] == 1 && [] == [] && b"a" != b"b"',
  ])('%s', (rule) => {
    expect(messageOf(rule)).toBe('it compiles');
  });

  test('that a type of gate brings, and that a policy of Lanekeeper has', async () => {
    const brought = Object.values(gateTypes).flatMap(({ judges }) =>
      judges === undefined ? [] : [`evidence.all(e, ${judges.each})`],
    );
    expect(brought.length).toBeGreaterThan(0);
    for (const rule of brought) expect(messageOf(rule)).toBe('it compiles');
    const folder = join(import.meta.dirname, '../../../policies');
    const text = await readFile(join(folder, 'default.yaml'), 'utf8');
    expect(parsePolicy(text, 'default.yaml').gates.length).toBeGreaterThan(0);
    const names = (await readdir(join(folder, 'profiles'))).filter((name) => !name.endsWith('.test.yaml'));
    for (const name of names) {
      const profile = await readFile(join(folder, 'profiles', name), 'utf8');
      expect(parseProfile(profile, name).gates.length).toBeGreaterThan(0);
    }
  });

  test('whenever it is well-typed and takes few steps', () => {
    fc.assert(
      fc.property(wellTyped, (rule) => {
        expect(messageOf(rule)).toMatch(
          /^it compiles$|: it can take [\d,]+ steps, but at most 50,000,000 are allowed$/,
        );
      }),
    );
  });
});

describe('a rule is refused with its place', () => {
  test.each([
    ['evidnce.all(e, true)', ':7:13', 'there is no evidnce; did you mean evidence?'],
    ['evidence.all(e, f)', ':7:29', 'there is no f; did you mean e?'],
    [
      'now == 1',
      ':7:13',
      'there is no now; there are: bundle, evidence, requester, product, lane, lanes, transformation',
    ],
    ['lanes.silvr.live', ':7:18', 'lanes has no silvr; did you mean silver?'],
    ['requester.team == "a"', ':7:22', 'requester has no team; there are: known, name, roles'],
    ['lanes["silvr"].live', ':7:18', 'lanes has no silvr; did you mean silver?'],
    [
      'evidence.all(e, e.resullt == "PASSED")',
      ':7:30',
      'e has no resullt; did you mean result? If it really has one, read it as e["resullt"]',
    ],
    ['lane.name == "gold"', ':7:17', 'lane is a string, which has no fields such as name'],
    ['requester.roles[0].name == ""', ':7:31', 'this is a string, which has no fields such as name'],
    ['requester.roles["a"] == ""', ':7:28', 'requester.roles is a list: its elements are read by number'],
    ['lane[0] == "g"', ':7:17', 'lane is a string, not a list or a map'],
    ['transformation.milestones[1].ready', ':7:38', 'transformation.milestones has no entries under an int'],
    ['lane.all(x, true)', ':7:13', 'lane is a string, not a list or a map'],
    ['lane == 3', ':7:17', 'a string is never equal to an int'],
    ['3 in requester.roles', ':7:14', 'an int is never among these, each of which is a string'],
    ['"g" in lane', ':7:16', 'in needs a list or a map, but this is a string'],
    ['size(lane) > "3"', ':7:23', '> does not work on an int and a string'],
    ['-lane == 3', ':7:13', '- does not work on a string'],
    ['!lane', ':7:13', '! does not work on a string'],
    ['lane.contains(3)', ':7:17', 'contains() does not work on a string and an int'],
    ['lane && true', ':7:13', 'a part of && has to be a bool, but lane is a string'],
    ['lane ? true : false', ':7:13', 'a condition has to be a bool, but lane is a string'],
    ['sizee(lane) > 1', ':7:13', 'there is no function sizee(); did you mean size?'],
    ['now() > 1', ':7:13', 'there is no function now()'],
    ['has(lane)', ':7:13', 'has() is written has(x.field)'],
    ['evidence.all(1, true)', ':7:21', 'all() is written list.all(x, condition)'],
    ['google.protobuf.Value{} == 1', ':7:13', 'rules make no messages such as google.protobuf.Value'],
    ['9223372036854775808 > 1', ':7:13', 'this number is no int: ints have 64 bits'],
    ['18446744073709551616u > 1u', ':7:13', 'this number is no uint: uints have 64 bits'],
    ['1e999 > 1.0', ':7:13', 'this number is too large for a double'],
    [
      'lane.matches("(a")',
      ':7:26',
      'this is no regular expression (RE2): error parsing regexp: missing closing ): `(a`',
    ],
    ['1 + 1', ':7:13', 'it yields an int, not true or false'],
    ['bundle.images', ':7:13', 'it yields a list, not true or false'],
    ['lane lane', ':7:18', 'it is not CEL: found l but expecting end of input'],
    ['lane == "gold', ':7:18', 'it is not CEL: found = but expecting end of input'],
    ['', ':7:13', 'it is not CEL: found end of input'],
    [`${'('.repeat(51)}true${')'.repeat(51)}`, ':7:13', 'it is nested too deeply'],
    [`1${'+1'.repeat(200)} > 0`, ':7:13', 'it is nested too deeply'],
    [`lane == "${'a'.repeat(2_000)}"`, ':7:2013', 'it is longer than 2,000 characters'],
    [
      'evidence.all(a, evidence.all(b, evidence.all(c, true)))',
      ':7:13',
      'it can take 5,007,007,003 steps, but at most 50,000,000 are allowed',
    ],
    [
      'transformation.elements.map(a, a).all(x, bundle.plan.all(y, bundle.plan.all(z, z == x || z == y)))',
      ':7:13',
      'it can take 11,008,013,006 steps, but at most 50,000,000 are allowed',
    ],
  ])('%s', (rule, place, text) => {
    expect(messageOf(rule)).toBe(`shop.yaml${place}: the rule is wrong: ${text}`);
  });

  test('and conditions of overrides see less than gates', () => {
    expect(messageOf('transformation.stage == "live" && lane == "gold" && kind == "ROLLBACK"', conditionScope)).toBe(
      'it compiles',
    );
    expect(messageOf('bundle.digest == ""', conditionScope)).toBe(
      'shop.yaml:7:13: the rule is wrong: there is no bundle; there are: transformation, product, lane, kind',
    );
  });

  test('whatever somebody writes, and nothing else is thrown', () => {
    const words = [
      'evidence',
      'lane',
      '.all(',
      'e',
      ',',
      ')',
      '(',
      '==',
      '"',
      '[',
      ']',
      '{',
      '}',
      '1',
      '?',
      ':',
      'has(',
      ' ',
    ];
    const texts = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.array(fc.constantFrom(...words)).map((some) => some.join('')),
    );
    fc.assert(
      fc.property(texts, (rule) => {
        // What is no LanekeeperError with this code is thrown on.
        expect(messageOf(rule)).toMatch(/^(it compiles|shop\.yaml:\d+:\d+: the rule is wrong: )/);
      }),
    );
  });

  test('the same way when it is asked again, and not by another scope', () => {
    const first = checkRule('kind == "ROLLBACK"', gateScope);
    expect(checkRule('kind == "ROLLBACK"', gateScope)).toBe(first);
    expect(first?.text).toMatch(/^there is no kind/);
    expect(checkRule('kind == "ROLLBACK"', conditionScope)).toBeUndefined();
  });
});

describe('the place of a mistake in a policy file', () => {
  const head =
    'apiVersion: lanekeeper.dev/v1\nkind: Policy\nmetadata: { name: p }\nspec:\n  gates:\n    - id: a\n      type: COMPLIANCE\n';
  const why = (text: string): string | undefined => {
    try {
      parsePolicy(`${head}${text}`, 'p.yaml');
      return 'it is valid';
    } catch (error) {
      return error instanceof LanekeeperError ? error.why : 'another error';
    }
  };
  const wrong = 'gate a: the rule is wrong: there is no lan; did you mean lane?';

  test.each([
    ['a plain scalar', '      rule: true && lan == "gold"\n', `p.yaml:8:21: ${wrong}`],
    ['single quotes', `      rule: 'true && lan == "gold"'\n`, `p.yaml:8:22: ${wrong}`],
    ['double quotes', `      rule: "true && lan == 'gold'"\n`, `p.yaml:8:22: ${wrong}`],
    [
      'quotes with escapes',
      `      rule: "true && lan == \\"gold\\""\n`,
      `p.yaml:8:13: ${wrong} (character 9 of the rule)`,
    ],
    ['a block', '      rule: |\n        true &&\n          lan == "gold"\n', `p.yaml:10:11: ${wrong}`],
    ['a block after an empty line', '      rule: |-\n\n        true && lan == "gold"\n', `p.yaml:10:17: ${wrong}`],
    ['a folded block of one line', '      rule: >-\n        true && lan == "gold"\n', `p.yaml:9:17: ${wrong}`],
    [
      'a folded block of more lines',
      '      rule: >\n        true &&\n        lan == "gold"\n',
      `p.yaml:8:13: ${wrong} (character 9 of the rule)`,
    ],
    [
      'a plain scalar of more lines',
      '      rule: true &&\n        lan == "gold"\n',
      `p.yaml:8:13: ${wrong} (character 9 of the rule)`,
    ],
  ])('in %s', (_what, text, expected) => {
    expect(why(`${text}      message: m\n`)).toBe(expected);
  });

  test('is told of conditions, and of gates that overrides set and add', () => {
    const override = [
      '      rule: "true"\n      message: m\n  overrides:\n    - id: o\n      when: transformation.stag == "live"\n',
      '      set: [{ id: a, rule: lan == "a" }]\n',
      '      add: [{ id: b, type: COMPLIANCE, message: m, rule: lan == "a" }]\n',
    ].join('');
    expect(why(override)?.split('\n')).toEqual([
      'p.yaml:12:27: override o: the condition is wrong: transformation has no stag; did you mean stage?',
      'p.yaml:13:28: gate a: the rule is wrong: there is no lan; did you mean lane?',
      'p.yaml:14:58: gate b: the rule is wrong: there is no lan; did you mean lane?',
    ]);
  });
});

describe('a compiled rule', () => {
  test('evaluates and explains JSON values', () => {
    const rule = compile('lanes.silver.wasLive');
    const given = { lanes: { silver: { wasLive: false } } };
    expect(rule.source).toBe('lanes.silver.wasLive');
    expect(rule.evaluate(given)).toEqual({ ok: true, value: false });
    expect(rule.explain(given)).toMatchObject({ reads: [{ path: 'lanes.silver.wasLive', value: false }] });
  });

  test('never throws, whatever it is given', () => {
    fc.assert(
      fc.property(wellTyped, anyVariables, (rule, variables) => {
        fc.pre(checkRule(rule, gateScope) === undefined);
        const result = compile(rule).evaluate(variables);
        expect(result.ok ? typeof result.value : typeof result.why).toBe(result.ok ? 'boolean' : 'string');
      }),
    );
  });
});
