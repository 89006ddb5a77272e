import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { gateChanges } from '../../../core/governance/gate-changes.js';
import { wordsOfGateChange } from '../../../core/governance/gate-change-words.js';
import { type ParsedDocument, parseDocument } from '../../../core/governance/parse-document.js';
import { anyBase, anyLayer } from '../../support/any-documents.js';
import { policyText } from '../../support/rules.js';

const rule = '{ id: c, type: COMPLIANCE, rule: requester.known }';
const policy = (lines: string, rest = '') => parseDocument(policyText(`    - ${lines}`, rest), 'p.yaml');
const between = (before: string, after: string) => gateChanges(policy(before), policy(after));

const opposites: Readonly<Record<string, string>> = {
  ...{ added: 'removed', removed: 'added' },
  ...{ 'left-out': 'no-longer-left-out', 'no-longer-left-out': 'left-out' },
  ...{ refined: 'no-longer-refined', 'no-longer-refined': 'refined' },
};
const told = (before: ParsedDocument, after: ParsedDocument) => gateChanges(before, after)?.map(wordsOfGateChange);

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

  test('is a gate that comes to lanes, or leaves them', () => {
    const inLanes = (lanes: string) => `{ id: c, type: COMPLIANCE, rule: requester.known, lanes: [${lanes}] }`;
    expect(between(inLanes('bronze, silver'), inLanes('silver, gold'))).toMatchObject([
      { gate: 'c', change: 'removed', lanes: ['bronze'], fields: [{ before: '"requester.known"' }, { field: 'type' }] },
      { gate: 'c', change: 'added', lanes: ['gold'], fields: [{ after: '"requester.known"' }, { field: 'type' }] },
    ]);
  });

  test('is a gate that it leaves out of what it extends, or no longer leaves out', () => {
    const whole = policy(rule, '  extends: default\n');
    const without = policy(rule, '  extends: default\n  remove: [sbom]\n');
    expect(gateChanges(whole, without)).toEqual([{ gate: 'sbom', change: 'left-out', lanes: [], fields: [] }]);
    expect(gateChanges(without, whole)).toMatchObject([{ gate: 'sbom', change: 'no-longer-left-out' }]);
    expect(told(whole, without)).toEqual(['left out of what it extends']);
    expect(told(without, whole)).toEqual(['no longer left out of what it extends']);
  });

  test('is what it extends, before all gates', () => {
    const over = (name: string) => policy(rule, name === '' ? '' : `  extends: ${name}\n`);
    const removed = policy('{ id: d, type: COMPLIANCE, rule: requester.known }');
    expect(gateChanges(over('default'), removed)?.map(({ change }) => change)).toEqual(['extends', 'removed', 'added']);
    expect(told(over('default'), over(''))).toEqual(['it no longer extends default: none of its gates apply']);
    expect(told(over(''), over('default'))).toEqual(['it extends default now: the gates of default apply too']);
    expect(told(over('a'), over('b'))).toEqual(['it extends b and no longer a: the gates of b apply, and none of a']);
  });

  test('is a refinement of a gate that lies below, in the lanes that it names', () => {
    const refining = (lines: string) => policy(`${rule}\n    - ${lines}`, '  extends: default\n');
    const alone = policy(rule, '  extends: default\n');
    const advisory = refining('{ id: two, severity: ADVISORY }');
    expect(gateChanges(alone, advisory)).toEqual([
      { gate: 'two', change: 'refined', lanes: [], fields: [{ field: 'severity', after: '"ADVISORY"' }] },
    ]);
    expect(told(alone, advisory)).toEqual(['refines two, which lies below']);
    expect(told(advisory, alone)).toEqual(['no longer refines two, which lies below']);
    const inGold = refining('{ id: two, lanes: [gold] }');
    expect(told(alone, inGold)).toEqual(['refines two, which lies below, in gold']);
    expect(told(alone, refining('{ id: two, severity: { silver: ADVISORY } }'))).toEqual([
      'refines two, which lies below, in silver',
    ]);
    expect(told(advisory, inGold)).toEqual(['refines two, which lies below, in another way']);
  });

  test('is what overrides say, by the override, with its condition', () => {
    const override = (when: string, severity: string) =>
      policy(rule, `  overrides:\n    - { id: o, when: ${when}, set: [{ id: c, severity: ${severity} }] }\n`);
    expect(gateChanges(override('lane == "gold"', 'ADVISORY'), override('lane == "silver"', 'ADVISORY'))).toEqual([
      {
        ...{ gate: 'c', override: 'o', change: 'refinement-changed', lanes: [] },
        fields: [{ field: 'when', before: '"lane == \\"gold\\""', after: '"lane == \\"silver\\""' }],
      },
    ]);
    expect(gateChanges(policy(rule), override('lane == "gold"', 'ADVISORY'))).toMatchObject([
      { gate: 'c', override: 'o', change: 'refined', lanes: [] },
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
        const there = gateChanges(before, after) ?? [];
        const back = (gateChanges(after, before) ?? []).map(({ fields, change, ...rest }) => ({
          ...rest,
          change: opposites[change] ?? change,
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
