import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { gateChanges } from '../../../core/governance/gate-changes.js';
import { parseDocument } from '../../../core/governance/parse-document.js';
import { anyBase, anyLayer } from '../../support/any-documents.js';
import { policyText } from '../../support/rules.js';

const rule = '{ id: c, type: COMPLIANCE, rule: requester.known }';
const policy = (lines: string, rest = '') => parseDocument(policyText(`    - ${lines}`, rest), 'p.yaml');
const between = (before: string, after: string) => gateChanges(policy(before), policy(after));

const anyText = fc.oneof(anyBase, anyLayer);

describe('what a version changes of gates', () => {
  test('is nothing where it says the same in other words', () => {
    expect(between(rule, '{ rule: requester.known, type: COMPLIANCE, id: c, lanes: [gold, silver, bronze] }')).toEqual(
      [],
    );
  });

  test('is each value that is another one, with what it was, in the lanes in which it is', () => {
    const before =
      '{ id: c, type: COMPLIANCE, rule: requester.known, severity: { bronze: ADVISORY, silver: ADVISORY, gold: BLOCKING } }';
    const after =
      '{ id: c, type: COMPLIANCE, rule: requester.known, severity: { bronze: ADVISORY, silver: BLOCKING, gold: BLOCKING }, message: m }';
    const message = { field: 'message', after: '"m"' };
    expect(between(before, after)).toEqual([
      { gate: 'c', change: 'changed', lanes: ['bronze', 'gold'], fields: [message] },
      {
        ...{ gate: 'c', change: 'changed', lanes: ['silver'] },
        fields: [message, { field: 'severity', before: '"ADVISORY"', after: '"BLOCKING"' }],
      },
    ]);
  });

  test('is a gate that comes to lanes, leaves them, or is left out of what lies below', () => {
    const inLanes = (lanes: string) => `{ id: c, type: COMPLIANCE, rule: requester.known, lanes: [${lanes}] }`;
    expect(between(inLanes('bronze, silver'), inLanes('silver, gold'))).toMatchObject([
      { gate: 'c', change: 'removed', lanes: ['bronze'], fields: [{ before: '"requester.known"' }, { field: 'type' }] },
      { gate: 'c', change: 'added', lanes: ['gold'], fields: [{ after: '"requester.known"' }, { field: 'type' }] },
    ]);
  });

  test('is what overrides say, by the override, with its condition', () => {
    const override = (when: string, severity: string) =>
      policy(rule, `  overrides:\n    - { id: o, when: ${when}, set: [{ id: c, severity: ${severity} }] }\n`);
    expect(gateChanges(override('lane == "gold"', 'ADVISORY'), override('lane == "silver"', 'ADVISORY'))).toEqual([
      {
        ...{ gate: 'c', override: 'o', change: 'changed', lanes: ['bronze', 'silver', 'gold'] },
        fields: [{ field: 'when', before: '"lane == \\"gold\\""', after: '"lane == \\"silver\\""' }],
      },
    ]);
    expect(gateChanges(policy(rule), override('lane == "gold"', 'ADVISORY'))).toMatchObject([
      { gate: 'c', override: 'o', change: 'added', lanes: ['bronze', 'silver', 'gold'] },
    ]);
  });

  test('is not told of documents that say nothing of gates', () => {
    const definition = parseDocument(
      'apiVersion: lanekeeper.dev/v1\nkind: PromotionDefinition\nmetadata: { name: d }\nspec: { lanes: { bronze: {} } }\n',
      'd.yaml',
    );
    expect(gateChanges(definition, definition)).toBeUndefined();
  });

  test('between any two documents is undone by what is changed the other way round', () => {
    fc.assert(
      fc.property(anyText, anyText, (one, other) => {
        const [before, after] = [parseDocument(one, 'a.yaml'), parseDocument(other, 'b.yaml')];
        const opposite = { added: 'removed', removed: 'added', changed: 'changed' } as const;
        const there = gateChanges(before, after) ?? [];
        const back = (gateChanges(after, before) ?? []).map(({ fields, change, ...rest }) => ({
          ...rest,
          change: opposite[change],
          fields: fields.map(({ field, before: is, after: was }) => ({
            field,
            ...(was !== undefined && { before: was }),
            ...(is !== undefined && { after: is }),
          })),
        }));
        const inOrder = (changes: readonly object[]) =>
          changes.map((one) => JSON.stringify(Object.entries(one).sort())).sort();
        expect(inOrder(there)).toEqual(inOrder(back));
        expect(gateChanges(before, before)).toEqual([]);
      }),
      { numRuns: 100 },
    );
  });
});
