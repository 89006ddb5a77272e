import { describe, expect, test } from '@jest/globals';
import { problemsOfBook } from '../../../core/governance/check-book.js';
import { WaitGraph } from '../../../core/governance/circles.js';
import { conditionLimits, holdingOverrides } from '../../../core/policy/conditions.js';
import { parsePolicy } from '../../../core/policy/parse.js';
import { resolveSnapshot } from '../../../core/policy/resolve.js';
import { bookWith } from '../../support/static-rules.js';
import { whyRefused } from '../../support/why-refused.js';

const policy = (name: string, spec: string) =>
  `apiVersion: lanekeeper.dev/v1\nkind: Policy\nmetadata: { name: ${name} }\nspec:\n${spec}`;
const times = (count: number, text: (index: number) => string, between = '\n') =>
  Array.from({ length: count }, (_, index) => text(index)).join(between);

/** Gates that wait for many products, in each lane. */
const waiting = (gates: number) =>
  `  gates:\n${times(
    gates,
    (gate) =>
      `    - { id: g${gate}, type: COMPLIANCE, predecessors: { of: [${times(50, (index) => `{ lane: bronze, product: p${gate}x${index} }`, ', ')}] } }`,
  )}\n`;

/** A condition that takes hundreds of thousands of steps, though few by what is declared. */
const list = `[${times(60, String, ',')}]`;
const costly = `${list}.all(a, ([a]+[a]+[a]+[a]).size() > 0 && ${list}.map(b, [a,b]) == ${list}.map(b, [a,b]))`;
const overrides = (count: number, when: (index: number) => string) =>
  `  extends: default\n  overrides:\n${times(count, (index) => `    - { id: o${index}, when: '${when(index)}', set: [{ id: provenance, severity: ADVISORY }] }`)}\n`;
const gold = { product: 'shop', lane: 'gold', kind: 'PROMOTION' } as const;

describe('circles of predecessors', () => {
  test.each([2, 6])('of %i gates that wait for 50 products each are told as one short text', async (gates) => {
    const problems = problemsOfBook(await bookWith(policy('default', waiting(gates))));
    expect(problems).toEqual([
      expect.stringMatching(/^file-6\.yaml:6:\d+: lanes wait for each other: p0x0\/bronze → p0x0\/bronze$/),
    ]);
  });

  test('are one for each set of lanes that wait for each other, however long, and never all ways through them', () => {
    const graph = new WaitGraph();
    for (let index = 0; index < 50_000; index += 1) graph.add(`long${index}`, `long${(index + 1) % 50_000}`);
    for (const from of ['a', 'b', 'c']) for (const to of ['a', 'b', 'c']) if (from !== to) graph.add(from, to);
    graph.add('c', 'd');
    graph.add('d', graph.addGroup([['e'], ['f']]));
    const circles = [...graph.circles()].map(({ words }) => words).sort();
    expect(circles).toEqual(['a → b → a', expect.stringMatching(/^long0 → long1 → .* → 49991 more → long0$/)]);
    expect(circles[1]?.length).toBeLessThan(200);
  });

  test('go through groups as if each lane waited itself', () => {
    const graph = new WaitGraph();
    const group = graph.addGroup([['b'], ['c']]);
    for (const from of ['a', 'c']) graph.add(from, group);
    expect([...graph.circles()].map(({ words }) => words)).toEqual(['c → c']);
  });
});

describe('problems of a draft', () => {
  test('are at most twenty, and short', async () => {
    const removed = times(100, (index) => `gone-${index}-${'z'.repeat(40)}`, ', ');
    const problems = problemsOfBook(await bookWith(policy('shop', `  extends: default\n  remove: [${removed}]\n`)));
    expect(problems).toHaveLength(20);
    expect(Math.max(...problems.map(({ length }) => length))).toBeLessThanOrEqual(2_000);
  });

  test('are that it takes too long to check, where it names more products than can be', async () => {
    const spec = `${waiting(60)}  overrides:\n${times(100, (index) => `    - { id: o${index}, when: 'product == "p0x${index}"', remove: [g0] }`)}\n`;
    expect(problemsOfBook(await bookWith(policy('default', spec)))).toEqual([
      'the documents take too long to check together: name fewer products, conditions or gates',
    ]);
  });
});

describe('a condition of an override', () => {
  test('that takes too many steps is refused with its place, by the check and when gates are resolved', async () => {
    const text = policy(
      'shop',
      overrides(1, () => costly),
    );
    expect(problemsOfBook(await bookWith(text))).toEqual([
      expect.stringContaining('file-6.yaml:7:17: the condition of override o0 is wrong: it can take 59,223 steps'),
      expect.stringContaining(
        'the condition of override o0 could not be evaluated: file-6.yaml:7:17: it takes more than 50,000 steps',
      ),
    ]);
    const rules = { policies: [parsePolicy(text, 'shop.yaml')] };
    expect(() => resolveSnapshot(rules, gold)).toThrow(
      expect.objectContaining({
        code: 'INVALID_POLICY',
        why: 'shop.yaml:7:17: it takes more than 50,000 steps',
      }),
    );
  });

  test('that could take too many for the longest lists is refused by the check, and can still be read', async () => {
    const when = 'transformation.elements.all(a, transformation.elements.all(b, a.key != b.key))';
    const text = policy(
      'shop',
      overrides(1, () => when),
    );
    expect(() => parsePolicy(text, 'shop.yaml')).not.toThrow();
    expect(problemsOfBook(await bookWith(text))).toEqual([
      expect.stringMatching(
        /^file-6.yaml:7:17: the condition of override o0 is wrong: it can take [\d,]+ steps, but at most 50,000 are allowed$/,
      ),
    ]);
  });

  test.each([
    ['many that are cheap', 6, 100, 'product == "x"'],
    ['few that are not', 1, 3, `${list}.all(a, ${list}.all(b, a + b > -1))`],
  ])('is refused where all of them together take too many: %s', (_what, policies, count, when) => {
    const text = policy(
      'shop',
      overrides(count, () => when),
    );
    const layers = Array.from({ length: policies }, () => parsePolicy(text, 'shop.yaml'));
    expect(whyRefused(() => holdingOverrides(layers, gold))).toMatch(
      /^shop.yaml:\d+:17: the conditions of all overrides take more than 100,000 steps$/,
    );
  });

  test('is evaluated once for what a policy is resolved for, and counted', () => {
    const rules = [
      parsePolicy(
        policy(
          'shop',
          overrides(2, (index) => `product == "shop" && ${index} == 1`),
        ),
        's.yaml',
      ),
    ];
    const { held, spent } = holdingOverrides(rules, gold);
    expect([...held].map(({ id }) => id)).toEqual(['o1']);
    expect(spent).toBeGreaterThanOrEqual(2 * conditionLimits.each);
    expect(spent).toBeLessThan(2 * conditionLimits.each + 100);
  });
});
