import { describe, expect, test } from '@jest/globals';
import { parsePolicy } from '../../../core/policy/parse.js';
import { policyText } from '../../support/rules.js';
import { whyRefused } from '../../support/why-refused.js';

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
    ['an unknown type', spec('{ id: c, type: TEST }'), 'p.yaml:6:16: spec.gates[0].type must be one of'],
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
      'p.yaml:6:34: gate c has no evidence.signers',
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
    ['a rule that is wrong', spec(rule('rule: requester.nam == "x"')), 'p.yaml:6:49: gate c: the rule is wrong'],
    [
      'two overrides of one name',
      overrides('    - { id: o, when: "true", remove: [c] }\n    - { id: o, when: "false", remove: [c] }\n'),
      'duplicate override o',
    ],
    [
      'an override that changes what it leaves out',
      overrides('    - { id: o, when: "true", set: [{ id: c, severity: ADVISORY }], remove: [c] }\n'),
      'p.yaml:8:38: override o changes gate c and leaves it out',
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
});
