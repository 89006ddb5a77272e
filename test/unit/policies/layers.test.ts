import { describe, expect, test } from '@jest/globals';
import { LanekeeperError } from '../../../core/errors.js';
import type { Lane } from '../../../core/lanes.js';
import type { Policy, Profile } from '../../../core/policy/layers/document.js';
import { parsePolicy, parseProfile } from '../../../core/policy/parse.js';
import { type ResolutionContext, resolveSnapshot } from '../../../core/policy/resolve.js';
import { policyText, policyWith } from '../../support/rules.js';

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

function whyRefused(read: () => unknown): string {
  try {
    read();
  } catch (error) {
    if (error instanceof LanekeeperError && error.code === 'INVALID_POLICY') return error.detail.why ?? '';
    throw error;
  }
  return 'nothing';
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

  test('that refines a gate of another profile changes nothing under this one', () => {
    expect(
      resolve([base, over(['{ id: of-another, severity: ADVISORY }'])]).snapshot.gates.map(({ id }) => id),
    ).toEqual(['t']);
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
      '  overrides:\n    - { id: o, when: 'transformation.milestones["go-live"].ready', remove: [t] }\n',
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

describe('a document', () => {
  const spec = (gate: string, rest = '') => policyText(`    - ${gate}`, rest);
  const rule = (more: string) => `{ id: c, type: COMPLIANCE, ${more} }`;
  const overrides = (text: string) => spec(rule('rule: requester.known'), `  overrides:\n${text}`);

  test.each<[string, string, string]>([
    ['no YAML', 'a: [', 'p.yaml:1:5: '],
    [
      'no gate',
      'apiVersion: lanekeeper.dev/v1\nkind: Policy\nmetadata: { name: p }\nspec: {}\n',
      'p.yaml:4:1: spec has no gates',
    ],
    ['an unknown type', spec('{ id: c, type: TEST }'), 'p.yaml:6:14: spec.gates[0].type must be one of'],
    [
      'two gates of one name',
      `${spec(rule('rule: requester.known'))}    - ${rule('rule: requester.known')}\n`,
      'p.yaml:7:9: duplicate gate c',
    ],
    [
      'a gate without terms',
      spec('{ id: c, type: COMPLIANCE }'),
      'p.yaml:6:7: gate c of type COMPLIANCE asks for a rule that must be kept, and has none of',
    ],
    [
      'evidence without signers',
      spec(rule('evidence: { kind: k, per: bundle }')),
      'p.yaml:6:32: gate c has no evidence.signers',
    ],
    [
      'evidence of two forms',
      spec(
        rule(
          'evidence: { kind: k, per: bundle, signers: { purposes: [build] }, anyOf: [{ kind: k, per: bundle, signers: { purposes: [build] } }] }',
        ),
      ),
      'gate c has more than one of evidence.kind, .allOf and .anyOf',
    ],
    ['signers that are nobody', spec(rule('evidence: { kind: k, per: bundle, signers: {} }')), 'gate c trusts nobody'],
    [
      'approvals of no role',
      spec('{ id: c, type: APPROVAL, approvals: { count: 1 } }'),
      'p.yaml:6:32: gate c has no approvals.roles',
    ],
    [
      'more roles than there are',
      spec('{ id: c, type: APPROVAL, approvals: { count: 2, roles: [qa], distinctRoles: true } }'),
      'gate c can never pass: it needs 2 approvals of different roles, and names 1',
    ],
    [
      'no such zone',
      spec(rule('window: { zone: Europe/Atlantis, closed: [{ from: "2026-01-01", to: "2026-01-02" }] }')),
      'gate c has no such time zone: Europe/Atlantis',
    ],
    [
      'a window that never opens',
      spec(rule('window: { zone: UTC, open: [{ from: "17:00", to: "09:00" }] }')),
      'gate c opens at 17:00 and closes at 09:00',
    ],
    [
      'a period that is none',
      spec(rule('window: { zone: UTC, closed: [{ from: "2026-02-30", to: "2026-03-01" }] }')),
      'gate c is closed from 2026-02-30 to 2026-03-01, which is no period',
    ],
    ['a window of nothing', spec(rule('window: { zone: UTC }')), 'gate c has neither window.open nor window.closed'],
    [
      'a metric without limits',
      spec(rule('metric: { name: m, signers: { purposes: [build] } }')),
      'gate c compares its metric with nothing',
    ],
    [
      'a baseline without limits',
      spec(rule('metric: { name: m, signers: { purposes: [build] }, baseline: { lane: gold } }')),
      'gate c has a baseline without atMostTimes or atLeastTimes',
    ],
    [
      'more predecessors than there are',
      spec(rule('predecessors: { atLeast: 2, of: [{ lane: silver }] }')),
      'gate c can never pass: it needs 2 of 1 predecessors',
    ],
    [
      'a question that is asked twice',
      spec(rule('checklist: { roles: [qa], questions: [{ id: q, ask: A? }, { id: q, ask: B? }] }')),
      'gate c asks the question q twice',
    ],
    [
      'a phase that is not named',
      spec('{ id: c, type: ADM_PHASE, artifacts: { keys: [a] } }'),
      'p.yaml:6:33: gate c of type ADM_PHASE has no artifacts.phase',
    ],
    ['a rule that is wrong', spec(rule('rule: requester.nam == "x"')), 'p.yaml:6:46: gate c: the rule is wrong'],
    [
      'two overrides of one name',
      overrides('    - { id: o, when: "true", remove: [c] }\n    - { id: o, when: "false", remove: [c] }\n'),
      'duplicate override o',
    ],
    [
      'an override that changes what it leaves out',
      overrides('    - { id: o, when: "true", set: [{ id: c, severity: ADVISORY }], remove: [c] }\n'),
      'p.yaml:8:40: override o changes gate c and leaves it out',
    ],
    [
      'an override that adds a gate and sets its values',
      overrides(
        '    - { id: o, when: "true", add: [{ id: d, type: COMPLIANCE, rule: requester.known }], set: [{ id: d, severity: ADVISORY }] }\n',
      ),
      'override o adds gate d and sets its values',
    ],
    [
      'overrides that set different values under one condition',
      overrides(
        '    - { id: o, when: lane == "gold", set: [{ id: c, severity: ADVISORY }] }\n    - { id: q, when: "lane  ==  \\"gold\\"", set: [{ id: c, severity: BLOCKING }] }\n',
      ),
      'override q sets severity.bronze of gate c, and so does o under the same condition, to something else',
    ],
    [
      'an override that leaves out what another changes',
      overrides(
        '    - { id: o, when: "true", set: [{ id: c, severity: ADVISORY }] }\n    - { id: q, when: "true", remove: [c] }\n',
      ),
      'p.yaml:9:39: override q leaves gate c out, and o changes it under the same condition',
    ],
  ])('with %s is refused with its place', (_what, text, why) => {
    const refused = whyRefused(() => parsePolicy(text, 'p.yaml'));
    expect(refused).toContain(why);
    expect(refused).toMatch(/^p\.yaml:\d+:\d+: /);
  });

  test('whose gates are incomplete only together is refused when they are resolved', () => {
    const takesAway = over(['{ id: t, evidence: { signers: null }, type: COMPLIANCE }']);
    expect(whyRefused(() => resolve([policyWith([tests]), takesAway]))).toMatch(
      /^(over|p)\.yaml:\d+:\d+: gate t has no evidence\.signers/,
    );
  });
});
