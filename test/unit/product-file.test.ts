import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { asLanekeeperError } from '../../core/errors.js';
import { parsePlan } from '../../core/release/plan.js';
import { parseProductFile } from '../../core/release/product-file.js';

const minimal = `apiVersion: lanekeeper.dev/v1
kind: Product
metadata:
  name: shop
spec:
  services:
    - name: web
      path: .
      entry: server.mjs
      test: [npm test]
`;

/** The problems of a product file, as they are shown to people. */
function problems(text: string): string {
  try {
    parseProductFile(text, 'lanekeeper.yaml');
    return '';
  } catch (error) {
    const found = asLanekeeperError(error);
    expect(found?.code).toBe('INVALID_PRODUCT_FILE');
    return found?.why ?? '';
  }
}

describe('lanekeeper.yaml', () => {
  test('with one service needs only its folder, entry and tests', () => {
    expect(parseProductFile(minimal)).toEqual({
      name: 'shop',
      services: [
        {
          name: 'web',
          path: '.',
          nodeMajor: 20,
          build: [],
          entry: 'server.mjs',
          health: '/healthz',
          test: ['npm test'],
          route: true,
        },
      ],
      sdks: [],
      timeouts: { buildSeconds: 600, testSeconds: 300 },
    });
  });

  test('says when its commands get no network', () => {
    expect(parseProductFile(`${minimal}  network: none\n`)).toMatchObject({ network: 'none' });
    expect(problems(`${minimal}  network: host\n`)).toContain('spec.network must be one of: "none"');
  });

  test('of the example is valid', async () => {
    const text = await readFile(join(import.meta.dirname, '../../examples/agents-runtime/lanekeeper.yaml'), 'utf8');
    expect(parseProductFile(text)).toMatchObject({
      name: 'agents-runtime',
      services: [{ name: 'agents' }, { name: 'web', route: true }],
      plan: 'plan.json',
    });
  });

  test('has all its mistakes reported at once, each with file, line, column and what was expected', () => {
    const text = minimal
      .replace('kind: Product', 'kind: Thing')
      .replace('entry: server.mjs', 'entri: server.mjs')
      .replace('[npm test]', '[]');
    expect(problems(text).split('\n')).toEqual([
      'lanekeeper.yaml:2:1: kind must be "Product"',
      'lanekeeper.yaml:7:7: spec.services[0] has no entry; expected one',
      'lanekeeper.yaml:9:7: spec.services[0].entri is unknown here; expected one of: name, path, node, build, entry, include, health, test, route; did you mean entry?',
      'lanekeeper.yaml:10:7: spec.services[0].test is empty; expected at least one entry',
    ]);
  });

  test.each([
    ['text that is not YAML', 'a: [', /:1:\d+: /],
    ['a duplicate key', `${minimal}kind: Product\n`, /:11:\d+: Map keys must be unique/],
    ['nothing', '', /:1:\d+: the file is empty; expected a map of fields/],
    [
      'a path outside the repository',
      minimal.replace('path: .', 'path: ../other'),
      /:8:\d+: spec.services\[0\].path has an invalid format; expected a relative path/,
    ],
    ['an absolute path', minimal.replace('path: .', 'path: /etc'), /:8:\d+: /],
    ['an entry that looks like an option', minimal.replace('server.mjs', '--eval'), /:9:\d+: /],
    [
      'a duplicate name',
      `${minimal}    - { name: web, path: x, entry: y, test: [z], route: true }\n`,
      /:11:\d+: duplicate name web/,
    ],
    [
      'two services and no route',
      `${minimal}    - { name: api, path: x, entry: y, test: [z] }\n`,
      /:6:\d+: no service has `route: true`/,
    ],
    [
      'an alias bomb',
      `a: &a [x,x,x,x]\nb: &b [*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b]\nd: [*c,*c,*c,*c]\n`,
      /Excessive alias count/,
    ],
    ['too much text', `${minimal}${'#'.repeat(70_000)}`, /longer than/],
  ])('with %s is refused', (_what, text, expected) => {
    expect(problems(text)).toMatch(expected);
  });
});

describe('a plan file', () => {
  test('has a fingerprint that does not depend on its layout', () => {
    const plan = { metadata: { goal: 'greet' }, tools: [{ name: 'b' }, { name: 'a' }], graph: { nodes: [] } };
    const one = parsePlan(JSON.stringify(plan), 'plan.json');
    const other = parsePlan(
      JSON.stringify({ graph: plan.graph, tools: plan.tools, metadata: plan.metadata }, null, 2),
      'plan.json',
    );
    expect(one).toEqual(other);
    expect(one.toolGrants).toEqual(['a', 'b']);
    expect(parsePlan(JSON.stringify({ ...plan, graph: { nodes: [1] } }), 'plan.json').fingerprint).not.toBe(
      one.fingerprint,
    );
  });

  test.each(['', '[]', '{"metadata":{}}', '{"metadata":{"a":{}},"tools":[]}', '{"metadata":{},"tools":["x"]}'])(
    'with the content %j is refused',
    (text) => {
      expect(() => parsePlan(text, 'plan.json')).toThrow(expect.objectContaining({ code: 'INVALID_PRODUCT_FILE' }));
    },
  );
});
