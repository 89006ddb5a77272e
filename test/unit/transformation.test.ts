import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { parseTransformationAct } from '../../core/evidence/read-transformation-act.js';
import { type TransformationAct, transformationStatement } from '../../core/evidence/transformation-act.js';
import { asLanekeeperError } from '../../core/errors.js';
import { contextOf } from '../../core/transformation/context.js';
import { diffTransformation, type TransformationChange } from '../../core/transformation/diff.js';
import { keyOfArtifact, type TransformationSpec } from '../../core/transformation/model.js';
import { normaliseSpec, problemsOfSpec } from '../../core/transformation/normalise.js';
import { parseTransformation } from '../../core/transformation/parse.js';

const head = 'apiVersion: lanekeeper.dev/v1\nkind: Transformation\nmetadata: { name: checkout }\n';
const mistakesOf = (text: string): string => {
  try {
    parseTransformation(text, 'it.yaml');
  } catch (error) {
    return asLanekeeperError(error)?.detail.why ?? String(error);
  }
  return 'none';
};

const key = fc.stringMatching(/^[a-z][a-z0-9-]{0,4}$/);
const word = fc.string({ minLength: 1, maxLength: 8 });
const specs: fc.Arbitrary<TransformationSpec> = fc
  .record({
    ...{ title: word, organization: word, team: word, profile: key, stage: word, cadence: word },
    milestones: fc.uniqueArray(
      fc.record({
        ...{ key, title: word, due: fc.constantFrom('', '2026-12-01', '2027-02-28') },
        readiness: fc.constantFrom('PLANNED' as const, 'AT_RISK' as const, 'READY' as const, 'MISSED' as const),
      }),
      { selector: (one) => one.key, maxLength: 5 },
    ),
    goals: fc.uniqueArray(fc.record({ id: key, title: word }), { selector: ({ id }) => id, maxLength: 5 }),
    artifacts: fc.uniqueArray(
      fc.record({
        ...{ key, title: word, phase: fc.constantFrom('', 'A', 'G') },
        kind: fc.constantFrom('INCREMENT' as const, 'ADM_DELIVERABLE' as const),
        state: fc.constantFrom('DRAFT' as const, 'IN_REVIEW' as const, 'ACCEPTED' as const),
      }),
      { selector: keyOfArtifact, maxLength: 5 },
    ),
    products: fc.uniqueArray(key, { maxLength: 5 }),
  })
  .map((written) => normaliseSpec('checkout', written));

/** Makes of the old content the new one, by what the changes say alone. */
function apply(before: TransformationSpec, changes: readonly TransformationChange[]): TransformationSpec {
  const next = structuredClone(before) as unknown as Record<string, unknown>;
  for (const { field, key: name, after } of changes) {
    const now: unknown = next[field];
    if (!Array.isArray(now)) {
      next[field] = after;
      continue;
    }
    const rest: readonly unknown[] = now.filter((one: unknown) => nameOf(field, one) !== name);
    next[field] = after === undefined ? rest : [...rest, after];
  }
  return normaliseSpec('checkout', next as unknown as TransformationSpec);
}

function nameOf(field: string, one: unknown): string {
  if (typeof one === 'string') return one;
  const item = one as { key: string; id: string; kind: 'INCREMENT' };
  return field === 'artifacts' ? keyOfArtifact(item) : field === 'milestones' ? item.key : item.id;
}

describe('the file of a transformation', () => {
  it.each(['scrum', 'safe', 'togaf'])('reads the example of %s', (profile) => {
    const file = `examples/transformations/${profile}.yaml`;
    expect(parseTransformation(readFileSync(file, 'utf8'), file).spec.profile).toBe(profile);
  });

  it('says where a mistake stands and what was meant', () => {
    const why = mistakesOf(`${head}spec:\n  profile: scrum\n  milestons: []\n`);
    expect(why).toContain('it.yaml:6:3');
    expect(why).toContain('did you mean milestones?');
  });

  it('refuses what cannot be: a key twice, a timebox that is not there, a day that is none', () => {
    const why = mistakesOf(
      `${head}spec:\n  profile: scrum\n  timeboxes:\n    - { id: sprint-1, kind: SPRINT, title: One, starts: 2026-02-30 }\n` +
        '  goals:\n    - { id: a, title: A, timebox: sprint-2 }\n    - { id: a, title: B }\n',
    );
    expect(why).toContain('2026-02-30 is no day of the calendar');
    expect(why).toContain('there is no timebox sprint-2; did you mean sprint-1?');
    expect(why).toContain('a is in goals twice');
  });

  it('refuses texts that are not seen as they are, and takes those of any language', () => {
    const mistakes = (title: string) => mistakesOf(`${head}spec:\n  profile: scrum\n  title: "${title}"\n`);
    expect(mistakes('a\u202Eb')).toContain('it.yaml:6:3: it has U+202E, a character that is not seen');
    expect(mistakes('a\u200Bb')).toContain('U+200B');
    expect(mistakes('\u3164')).toContain('nothing of it is seen');
    for (const title of ['نمونه\u200Cها', '👩\u200D🚀 ✔️', '検査']) expect(mistakes(title)).toBe('none');
  });

  it('bounds its lists', () => {
    const many = Array.from({ length: 201 }, (_, index) => `    - { key: m${String(index)}, title: M }\n`).join('');
    expect(mistakesOf(`${head}spec:\n  profile: scrum\n  milestones:\n${many}`)).toContain('200');
  });

  it('reads again what it has read, whatever it says', () => {
    fc.assert(
      fc.property(specs, (spec) => {
        const text = JSON.stringify({
          ...{ apiVersion: 'lanekeeper.dev/v1', kind: 'Transformation', metadata: { name: 'checkout' }, spec },
        });
        expect(problemsOfSpec(spec)).toEqual([]);
        expect(parseTransformation(text, 'it.yaml').spec).toEqual(spec);
      }),
    );
  });
});

describe('what changes in a transformation', () => {
  it('is nothing when both are equal', () => {
    fc.assert(fc.property(specs, (spec) => diffTransformation(spec, structuredClone(spec)).length === 0));
  });

  it('makes of the old content the new one', () => {
    fc.assert(
      fc.property(specs, specs, (before, after) => {
        expect(apply(before, diffTransformation(before, after))).toEqual(after);
      }),
    );
  });

  it('is said in words', () => {
    const file = 'examples/transformations/scrum.yaml';
    const { spec } = parseTransformation(readFileSync(file, 'utf8'), file);
    const after = {
      ...spec,
      stage: 'closing',
      milestones: spec.milestones.map((one) => ({ ...one, readiness: 'READY' as const })),
    };
    expect(diffTransformation(spec, after).map(({ words }) => words)).toEqual([
      'stage: delivery → closing',
      'milestone launch: readiness PLANNED → READY',
    ]);
  });
});

describe('what policies see of a transformation', () => {
  it('does not depend on the order in which it was written', () => {
    fc.assert(
      fc.property(specs, (spec) => {
        const turned = {
          ...spec,
          milestones: [...spec.milestones].reverse(),
          artifacts: [...spec.artifacts].reverse(),
        };
        const again = contextOf({ name: 'checkout', spec: normaliseSpec('checkout', turned) });
        expect(JSON.stringify(again)).toBe(JSON.stringify(contextOf({ name: 'checkout', spec })));
      }),
    );
  });
});

describe('a statement about a transformation', () => {
  const spec = normaliseSpec('checkout', { profile: 'scrum' });
  const act: TransformationAct = {
    ...{ verb: 'put', principal: 'alice', tenant: 'default', name: 'checkout', revision: 0, spec },
    ...{ nonce: 'n'.repeat(20), issuedAt: '2026-11-01T00:00:00Z', expiresAt: '2026-11-01T01:00:00Z' },
  };

  it('says what was signed', () => {
    expect(parseTransformationAct(transformationStatement(act))).toEqual(act);
  });

  it('is refused when its subject or its content is another', () => {
    const statement = transformationStatement(act);
    expect(() => parseTransformationAct({ ...statement, predicate: { ...act, revision: 1 } })).toThrow();
    expect(() => parseTransformationAct(transformationStatement({ ...act, verb: 'retire', reason: '' }))).toThrow();
    const unordered = { ...spec, products: ['b', 'a'] };
    expect(() => parseTransformationAct(transformationStatement({ ...act, spec: unordered }))).toThrow();
  });
});
