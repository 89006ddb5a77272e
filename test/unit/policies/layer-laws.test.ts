import fc from 'fast-check';
import { describe, expect, test } from '@jest/globals';
import { LanekeeperError } from '../../../core/errors.js';
import { digestOfJson } from '../../../core/hash.js';
import { lanes } from '../../../core/lanes.js';
import type { Policy } from '../../../core/policy/layers/document.js';
import { parsePolicy } from '../../../core/policy/parse.js';
import { type ResolutionContext, type ResolvedPolicy, resolveSnapshot } from '../../../core/policy/resolve.js';
import { promotionKinds } from '../../../core/promotion/state.js';
import { anyBase, anyLayer } from '../../support/any-documents.js';

const contexts: fc.Arbitrary<ResolutionContext> = fc
  .record({
    lane: fc.constantFrom(...lanes),
    kind: fc.constantFrom(...promotionKinds),
    stage: fc.constantFrom('live', 'build'),
  })
  .map(({ stage, ...context }) => ({
    ...{ ...context, product: 'shop' },
    transformation: { known: true, stage, milestones: {}, elements: [] },
  }));

/** What rules come to, or nothing where they are refused for what is wrong with them. */
function resolved(policies: readonly Policy[], context: ResolutionContext): ResolvedPolicy | undefined {
  try {
    return resolveSnapshot({ policies }, context);
  } catch (error) {
    if (error instanceof LanekeeperError && error.code === 'INVALID_POLICY') return undefined;
    throw error;
  }
}

function parsed(text: string, fileName: string): Policy | undefined {
  try {
    return parsePolicy(text, fileName);
  } catch (error) {
    if (error instanceof LanekeeperError && error.code === 'INVALID_POLICY') return undefined;
    throw error;
  }
}

const base = (text: string) => parsePolicy(text, 'base.yaml');
const runs = { numRuns: 150 };

describe('documents that are well written', () => {
  test('resolve, or are refused as an invalid policy: nothing else is thrown', () => {
    let resolvedOnes = 0;
    fc.assert(
      fc.property(anyBase, anyLayer, contexts, (below, above, context) => {
        const layer = parsed(above, 'over.yaml');
        if (layer !== undefined && resolved([base(below), layer], context) !== undefined) resolvedOnes += 1;
      }),
      runs,
    );
    // The law says something: many of them resolve.
    expect(resolvedOnes).toBeGreaterThan(15);
  });

  test('come to the same when a layer that says nothing lies over them', () => {
    const nothing = parsePolicy(
      'apiVersion: lanekeeper.dev/v1\nkind: Policy\nmetadata: { name: p }\nspec: { extends: p, gates: [{ id: a }] }\n',
      'nothing.yaml',
    );
    fc.assert(
      fc.property(anyBase, contexts, (below, context) => {
        const [alone, covered] = [resolved([base(below)], context), resolved([base(below), nothing], context)];
        expect(digestOfJson(covered?.snapshot)).toBe(digestOfJson(alone?.snapshot));
        expect(covered?.sources).toEqual(alone?.sources);
      }),
      runs,
    );
  });

  test('come to the same when a layer lies over them twice', () => {
    fc.assert(
      fc.property(anyBase, anyLayer, contexts, (below, above, context) => {
        const layer = parsed(above, 'over.yaml');
        if (layer === undefined) return;
        const once = resolved([base(below), layer], context);
        const twice = resolved([base(below), layer, layer], context);
        if (once !== undefined) expect(gatesOf(twice)).toEqual(gatesOf(once));
      }),
      runs,
    );
  });

  test('name for each value a line that contains it', () => {
    fc.assert(
      fc.property(anyBase, anyLayer, contexts, (below, above, context) => {
        const layer = parsed(above, 'over.yaml');
        if (layer === undefined) return;
        const lines: Readonly<Record<string, readonly string[]>> = {
          'base.yaml': below.split('\n'),
          'over.yaml': above.split('\n'),
        };
        for (const { file, line, field, value, override } of resolved([base(below), layer], context)?.sources ?? []) {
          if (file === undefined || line === undefined) continue;
          expect(lines[file]?.[line - 1]).toContain(value);
          expect(lines[file]?.[line - 1]).toContain(`"${field.split('.').at(-1) ?? ''}"`);
          expect(override === undefined).toBe(line < lineOfOverrides(lines[file] ?? []));
        }
      }),
      runs,
    );
  });
});

/** By name: a gate that is removed and added again stands elsewhere. */
function gatesOf(policy: ResolvedPolicy | undefined) {
  return policy?.snapshot.gates.toSorted((a, b) => (a.id < b.id ? -1 : 1));
}

function lineOfOverrides(lines: readonly string[]): number {
  const index = lines.indexOf('  overrides:');
  return index < 0 ? Infinity : index + 1;
}
