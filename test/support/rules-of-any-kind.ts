import fc from 'fast-check';

const { bool } = fc.letrec<{ bool: string; int: string; text: string; list: string }>((tie) => ({
  bool: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constantFrom(
      'true',
      'false',
      'lanes.silver.wasLive',
      'requester.known',
      'has(lanes.gold.url)',
      'bundle.plan.ready',
    ),
    fc
      .tuple(tie('bool'), fc.constantFrom('&&', '||', '==', '!='), tie('bool'))
      .map(([a, op, b]) => `(${a} ${op} ${b})`),
    fc.tuple(tie('int'), fc.constantFrom('<', '>=', '=='), tie('int')).map(([a, op, b]) => `(${a} ${op} ${b})`),
    fc.tuple(tie('text'), fc.constantFrom('<', '==', '!='), tie('text')).map(([a, op, b]) => `(${a} ${op} ${b})`),
    tie('bool').map((a) => `!${a}`),
    fc
      .tuple(tie('text'), fc.constantFrom('startsWith', 'contains', 'matches'), tie('text'))
      .map(([a, f, b]) => `${a}.${f}(dyn(${b}))`),
    fc.tuple(tie('text'), tie('list')).map(([a, b]) => `(${a} in ${b})`),
    fc
      .tuple(tie('list'), fc.constantFrom('all', 'exists', 'exists_one'), tie('text'))
      .map(([a, f, b]) => `${a}.${f}(x, x == ${b})`),
    fc.tuple(tie('bool'), tie('bool'), tie('bool')).map(([a, b, c]) => `(${a} ? ${b} : ${c})`),
  ),
  int: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constantFrom('0', '7', '9223372036854775807', 'bundle.commits.count', 'size(evidence)', 'evidence[0].passed'),
    fc.tuple(tie('int'), fc.constantFrom('+', '-', '*', '/', '%'), tie('int')).map(([a, op, b]) => `(${a} ${op} ${b})`),
    tie('text').map((a) => `size(${a})`),
    tie('list').map((a) => `${a}.size()`),
  ),
  text: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constantFrom('lane', '"PASSED"', "'a+'", 'bundle.source.tree', 'evidence[0].result', 'requester.roles[1]', '""'),
    fc.tuple(tie('text'), tie('text')).map(([a, b]) => `(${a} + ${b})`),
    tie('int').map((a) => `string(${a})`),
    fc.tuple(tie('bool'), tie('text'), tie('text')).map(([a, b, c]) => `(${a} ? ${b} : ${c})`),
  ),
  list: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constantFrom(
      'requester.roles',
      '["qa", "dev"]',
      'evidence.map(e, e.kind)',
      'transformation.elements.map(e, e.key)',
    ),
    fc.tuple(tie('list'), tie('list')).map(([a, b]) => `(${a} + ${b})`),
    fc.tuple(tie('list'), tie('text')).map(([a, b]) => `${a}.filter(y, y != ${b})`),
    fc.tuple(tie('list'), tie('text')).map(([a, b]) => `${a}.map(y, y + ${b})`),
  ),
}));

/** Rules that read what gates may read, each with the types that it needs. */
export const wellTyped = bool.filter((rule) => rule.length <= 1_000);

const names = ['bundle', 'evidence', 'requester', 'product', 'lane', 'lanes', 'transformation'];

/** Values of any kind under the names that rules read. */
export const anyVariables = fc.dictionary(fc.constantFrom(...names), fc.jsonValue());
