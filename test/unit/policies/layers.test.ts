import { describe, expect, test } from '@jest/globals';
import type { Lane } from '../../../core/lanes.js';
import type { Policy, Profile } from '../../../core/policy/layers/document.js';
import { parsePolicy, parseProfile } from '../../../core/policy/parse.js';
import { type ResolutionContext, resolveSnapshot } from '../../../core/policy/resolve.js';
import { policyWith } from '../../support/rules.js';
import { whyRefused } from '../../support/why-refused.js';

const tests =
  '{ id: t, type: TESTS, evidence: { kind: test-result, per: image, maxAge: 7d, signers: { purposes: [build] } } }';

/** A policy that lies over another, from lines of gates and what else stands in its spec. */
function over(lines: readonly string[], rest = ''): Policy {
  return policyWith(lines, `  extends: p\n${rest}`, 'over');
}

const timeboxes = 'timeboxes: [{ kind: sprint, title: Sprint, length: 2w }]';

function profile(gates: string): Profile {
  const spec = ['title: X', 'lexicon: {}', 'roleMap: { owner: { title: Owner, role: product-owner } }', timeboxes];
  return parseProfile(
    `apiVersion: lanekeeper.dev/v1\nkind: Profile\nmetadata: { name: x }\nspec:\n  ${spec.join('\n  ')}\n  gates:\n${gates}`,
    'x.yaml',
  );
}

function resolve(
  policies: readonly Policy[],
  changes: Partial<ResolutionContext> & { readonly profile?: Profile } = {},
) {
  const { profile: under, ...context } = changes;
  return resolveSnapshot(
    { policies, ...(under !== undefined && { profile: under }) },
    { product: 'shop', lane: 'gold', kind: 'PROMOTION', ...context },
  );
}

function gateOf(policies: readonly Policy[], changes: Parameters<typeof resolve>[1] = {}, id = 't') {
  return resolve(policies, changes).snapshot.gates.find((gate) => gate.id === id);
}

describe('a layer', () => {
  const base = policyWith([tests]);

  test('inherits what it does not name, replaces what it does, and takes away what it calls null', () => {
    expect(gateOf([base, over(['{ id: t, evidence: { maxAge: 1d } }'])])?.evidence).toEqual({
      ...{ kind: 'test-result', per: 'image', min: 1, maxAgeSeconds: 86_400, signers: { purposes: ['build'] } },
    });
    expect(gateOf([base, over(['{ id: t, evidence: { maxAge: null } }'])])?.evidence).not.toHaveProperty(
      'maxAgeSeconds',
    );
    const trusts = over(['{ id: t, evidence: { signers: { purposes: null, roles: [qa] } } }']);
    expect(gateOf([base, trusts])?.evidence).toMatchObject({ signers: { roles: ['qa'] } });
    expect(gateOf([base, trusts])?.evidence).not.toHaveProperty('signers.purposes');
  });

  test('replaces lists as a whole, and merges objects', () => {
    const people = policyWith([
      '{ id: t, type: APPROVAL, approvals: { count: 2, roles: [qa, developer], separation: [] } }',
    ]);
    expect(gateOf([people, over(['{ id: t, approvals: { roles: [operator] } }'])])?.approvals).toMatchObject({
      ...{ count: 2, roles: ['operator'], separation: [] },
    });
  });

  test('leaves gates of those below out, and adds its own', () => {
    const layered = over(['{ id: u, type: COMPLIANCE, rule: requester.known }'], '  remove: [t]\n');
    expect(resolve([base, layered]).snapshot.gates.map(({ id }) => id)).toEqual(['u']);
  });

  test('says for one lane what those below say for all', () => {
    const layered = [
      policyWith([`${tests.slice(0, -1)}, severity: ADVISORY }`]),
      over(['{ id: t, severity: { gold: BLOCKING } }']),
    ];
    const severity = (lane: Lane) => gateOf(layered, { lane })?.severity;
    expect([severity('bronze'), severity('silver'), severity('gold')]).toEqual(['ADVISORY', 'ADVISORY', 'BLOCKING']);
  });

  test('over a profile refines its gates, and roles of the method stand for enrolled ones', () => {
    const under = profile('    - { id: a, type: APPROVAL, approvals: { roles: [owner] } }\n');
    expect(gateOf([over(['{ id: a, approvals: { count: 2 } }'])], { profile: under }, 'a')?.approvals).toMatchObject({
      ...{ count: 2, roles: ['product-owner'] },
    });
  });

  test('that leaves a gate incomplete is refused when it is resolved, with the place of what is there', () => {
    const takesAway = over(['{ id: t, evidence: { signers: null }, type: COMPLIANCE }']);
    expect(whyRefused(() => resolve([policyWith([tests]), takesAway]))).toMatch(
      /^(over|p)\.yaml:\d+:\d+: gate t has no evidence\.signers/,
    );
  });

  test('that refines a gate of another profile changes nothing under this one', () => {
    expect(
      resolve([base, over(['{ id: of-another, severity: ADVISORY }'])]).snapshot.gates.map(({ id }) => id),
    ).toEqual(['t']);
  });
});

describe('a policy without gates of its own', () => {
  const text = (spec: string) =>
    `apiVersion: lanekeeper.dev/v1\nkind: Policy\nmetadata: { name: over }\nspec: ${spec}\n`;
  const without = (spec: string) => parsePolicy(text(spec), 'over.yaml');

  test('leaves out gates of the one that it extends, or has overrides alone', () => {
    const removes = without('{ extends: p, remove: [t] }');
    expect(resolve([policyWith([tests]), removes]).snapshot.gates).toEqual([]);
    const overrides = without(
      '{ extends: p, overrides: [{ id: o, when: "true", set: [{ id: t, severity: ADVISORY }] }] }',
    );
    expect(gateOf([policyWith([tests]), overrides])?.severity).toBe('ADVISORY');
  });

  test.each([
    ['that only extends says nothing', '{ extends: p }', 'over.yaml:4:1: spec says too little; expected at least 2'],
    ['that stands alone lets everything pass', '{ remove: [t] }', 'over.yaml:4:1: spec has no gates; expected one'],
  ])('%s, and is refused', (_, spec, why) => {
    expect(whyRefused(() => without(spec))).toContain(why);
  });
});

describe('the rule of a type', () => {
  const clean = 'e.critical == 0 && e.high == 0';
  const ruleOf = (gate: string) => gateOf([policyWith([`{ id: t, ${gate} }`])])?.rule;

  test.each([
    ['of a gate without terms', 'type: SCAN', `evidence.all(e, ${clean})`],
    [
      'of a gate that says how old its evidence may be',
      'type: SCAN, evidence: { maxAge: 1d }',
      `evidence.all(e, ${clean})`,
    ],
    [
      'of tests by somebody else',
      'type: TESTS, evidence: { signers: { roles: [qa] } }',
      'evidence.all(e, e.result == "PASSED")',
    ],
    ['of charts', 'type: GUARDRAIL, evidence: { kind: guardrail, min: 2 }', 'evidence.all(e, e.result == "PASSED")'],
    [
      'of chart tests',
      'type: HELM_TEST, evidence: { maxAge: 1h }, message: m',
      'evidence.all(e, e.result == "PASSED")',
    ],
  ])('holds over the evidence %s', (_, gate, rule) => {
    expect(ruleOf(gate)).toBe(rule);
  });

  test('judges its kind alone among several, and nothing where the gate asks for another', () => {
    const several =
      'type: SCAN, evidence: { anyOf: [{ allOf: [{ kind: scan }, { kind: sbom }] }, { kind: pen-test }] }';
    expect(ruleOf(several)).toBe(`evidence.all(e, e.kind != "scan" || (${clean}))`);
    expect(ruleOf('type: SCAN, evidence: { kind: sast-report }')).toBeUndefined();
    expect(ruleOf('type: SCAN, evidence: { anyOf: [{ kind: a }, { kind: b }] }')).toBeUndefined();
  });

  test('gives way to a rule of the gate, and comes back where a layer takes that away', () => {
    const own = policyWith(['{ id: t, type: SCAN, evidence: { maxAge: 1d }, rule: "true" }']);
    expect(gateOf([own])?.rule).toBe('true');
    expect(gateOf([own, over(['{ id: t, rule: null }'])])?.rule).toBe(`evidence.all(e, ${clean})`);
  });

  test('is said to be a default', () => {
    const { sources } = resolve([policyWith(['{ id: t, type: SCAN, evidence: { maxAge: 1d } }'])]);
    expect(sources.find(({ field }) => field === 'rule')).toEqual({
      ...{ gate: 't', field: 'rule', value: JSON.stringify(`evidence.all(e, ${clean})`) },
    });
  });
});

describe('overrides', () => {
  const rest = `  overrides:
    - id: advice
      when: transformation.stage == "trial" || lane == "bronze"
      set: [{ id: t, severity: ADVISORY }]
    - id: strict
      when: transformation.stage == "trial" && product == "shop"
      set: [{ id: t, severity: BLOCKING, evidence: { maxAge: 1h } }]
      add: [{ id: u, type: COMPLIANCE, rule: requester.known }]
    - id: none
      when: transformation.stage == "closed"
      remove: [t]
`;
  const policy = policyWith([tests], rest);
  const within = (stage: string) => ({ transformation: { ...{ known: true, stage }, milestones: {}, elements: [] } });

  test('apply where their condition holds, and the last one counts', () => {
    expect(gateOf([policy], { lane: 'bronze' })?.severity).toBe('ADVISORY');
    expect(gateOf([policy])?.severity).toBe('BLOCKING');
    const trial = resolve([policy], within('trial')).snapshot.gates;
    expect(trial.map(({ id, severity }) => `${id} ${severity}`)).toEqual(['t BLOCKING', 'u BLOCKING']);
    expect(trial[0]?.evidence).toMatchObject({ maxAgeSeconds: 3_600 });
    expect(resolve([policy], { ...within('trial'), product: 'till' }).snapshot.gates).toMatchObject([
      { severity: 'ADVISORY' },
    ]);
    expect(resolve([policy], within('closed')).snapshot.gates).toEqual([]);
  });

  test('of a layer above come after those of the layers below', () => {
    const above = over(
      ['{ id: t, severity: BLOCKING }'],
      '  overrides:\n    - { id: o, when: "true", set: [{ id: t, severity: ADVISORY }] }\n',
    );
    expect(gateOf([policy, above], within('trial'))?.severity).toBe('ADVISORY');
  });

  test('whose condition cannot be evaluated let nothing be resolved, and say where they stand', () => {
    const reading = policyWith(
      [tests],
      `  overrides:\n    - { id: o, when: 'transformation.milestones["go-live"].ready', remove: [t] }\n`,
    );
    expect(() => resolve([reading])).toThrow(
      expect.objectContaining({
        code: 'INVALID_POLICY',
        object: 'p.yaml:8:16',
        message: expect.stringContaining('override o'),
      }),
    );
  });
});

describe('the source of a value', () => {
  const base = policyWith([`${tests.slice(0, -1)}, severity: ADVISORY }`]);
  const above = policyWith(
    ['{ id: t, severity: { gold: ADVISORY } }'],
    '  extends: p\n  overrides:\n    - { id: o, when: lane == "gold", set: [{ id: t, evidence: { maxAge: 2h } }] }\n',
    'over',
  );
  const sourceOf = (field: string, lane: Lane) =>
    resolve([base, above], { lane }).sources.find((source) => source.gate === 't' && source.field === field);

  test('is the line of the layer, or the override, that set it last, or that it is the default', () => {
    expect(sourceOf('evidence.kind', 'gold')).toMatchObject({ file: 'p.yaml', line: 6, value: '"test-result"' });
    expect(sourceOf('evidence.maxAge', 'gold')).toEqual({
      ...{ gate: 't', field: 'evidence.maxAge', value: '"2h"', file: 'over.yaml', line: 9, override: 'o' },
    });
    expect(sourceOf('evidence.maxAge', 'silver')).toMatchObject({ file: 'p.yaml', value: '"7d"' });
    expect(sourceOf('evidence.min', 'gold')).toEqual({ gate: 't', field: 'evidence.min', value: '1' });
  });

  test('of a severity is that of the lane, also where another lane has the same', () => {
    expect(sourceOf('severity', 'gold')).toMatchObject({ file: 'over.yaml', line: 6, value: '"ADVISORY"' });
    expect(sourceOf('severity', 'silver')).toMatchObject({ file: 'p.yaml', line: 6, value: '"ADVISORY"' });
    const bronze = policyWith([`${tests.slice(0, -1)}, severity: { bronze: BLOCKING } }`]);
    expect(resolve([bronze]).sources.find(({ field }) => field === 'severity')).not.toHaveProperty('file');
  });
});
