import { beforeAll, describe, expect, test } from '@jest/globals';
import { unfilledMessages, unheardRoles } from '../../../core/governance/careless-words.js';
import { problemsOfBook } from '../../../core/governance/check-book.js';
import { parseDocument } from '../../../core/governance/parse-document.js';
import { rulesUnder } from '../../../core/governance/proposal.js';
import { lookUp, type RuleBook } from '../../../core/governance/rule-book.js';
import { parsePolicy } from '../../../core/policy/parse.js';
import { bookWith } from '../../support/static-rules.js';

const head = 'apiVersion: lanekeeper.dev/v1\n';
const policy = (name: string, spec: string) => `${head}kind: Policy\nmetadata: { name: ${name} }\nspec:\n${spec}`;
const gate = (fields: string) => `  gates:\n    - { ${fields} }\n`;
const definition = (name: string, spec: string) =>
  `${head}kind: PromotionDefinition\nmetadata: { name: ${name} }\nspec: ${spec}\n`;

describe('what Lanekeeper brings', () => {
  test('fits together', async () => {
    expect(problemsOfBook(await bookWith())).toEqual([]);
  });
});

describe('the profile in effect', () => {
  test('is that of the transformation, else of the product, else of the tenant, else none, and says so', async () => {
    const lanes = 'lanes: { bronze: {}, silver: {}, gold: {} }';
    const own = definition('shop', `{ profile: safe, ${lanes} }`);
    const tenants = definition('default', `{ profile: togaf, ${lanes} }`);
    const profileOf = async (texts: string[], product: string, transformationProfile = '') =>
      lookUp(await bookWith(...texts), { product, lane: 'gold', transformationProfile }).profile;
    expect(await profileOf([own, tenants], 'shop', 'scrum')).toEqual({ source: 'transformation', name: 'scrum' });
    expect(await profileOf([own, tenants], 'shop')).toEqual({ source: 'product', name: 'safe' });
    expect(await profileOf([own, tenants], 'till')).toEqual({ source: 'tenant', name: 'togaf' });
    expect(await profileOf([own], 'till')).toEqual({ source: 'platform' });
  });

  test('that is not in force is refused, with the name that was meant', async () => {
    const shop = { product: 'shop', lane: 'gold', transformationProfile: 'scrumm' } as const;
    expect(() => lookUp(shipped, shop)).toThrow('there is no profile scrumm in force; did you mean scrum?');
  });
});

describe('a promotion definition', () => {
  test('says which lanes its product uses, and no other can be entered', async () => {
    const rules = await bookWith(definition('shop', '{ lanes: { bronze: {}, gold: { policy: default } } }'));
    expect(lookUp(rules, { product: 'shop', lane: 'gold' })).toMatchObject({
      definition: 'shop@1',
      versions: ['policy/default@1', 'definition/shop@1'],
    });
    expect(() => lookUp(rules, { product: 'shop', lane: 'silver' })).toThrow('shop does not use the lane silver');
  });

  test('that names a target that is not there is refused with its place', () => {
    const text = definition('shop', '\n  lanes:\n    gold: { target: embeded-router }');
    expect(() => parseDocument(text, 'shop.yaml')).toThrow(
      expect.objectContaining({
        why: 'shop.yaml:6:13: there is no target embeded-router; expected one of: embedded-router; did you mean embedded-router?',
      }),
    );
  });
});

describe('documents that do not fit together', () => {
  test.each<[string, readonly string[], string]>([
    [
      'a policy that extends one that is not there',
      [policy('shop', `  extends: defalt\n${gate('id: a, type: COMPLIANCE, rule: "true"')}`)],
      'file-6.yaml:5:3: there is no policy defalt in force; did you mean default?: policy shop extends it',
    ],
    [
      'policies that extend each other',
      [
        policy('a', `  extends: b\n${gate('id: a, type: COMPLIANCE, rule: "true"')}`),
        policy('b', `  extends: a\n${gate('id: b, type: COMPLIANCE, rule: "true"')}`),
      ],
      'policies extend each other in a circle: a → b → a',
    ],
    [
      'a refinement of a gate that is not there',
      [policy('shop', `  extends: default\n${gate('id: previw-check, severity: ADVISORY')}`)],
      'file-6.yaml:7:9: there is no gate previw-check below it; did you mean preview-check?',
    ],
    [
      'a removal of a gate that is not there',
      [policy('shop', `  extends: default\n  remove: [provenence]\n${gate('id: a, type: COMPLIANCE, rule: "true"')}`)],
      'file-6.yaml:6:12: there is no gate provenence below it; did you mean provenance?',
    ],
    [
      'lanes of one product that wait for each other',
      [
        policy(
          'shop',
          `  gates:\n    - { id: a, type: COMPLIANCE, lanes: [silver], predecessors: { of: [{ lane: gold }] } }\n    - { id: b, type: COMPLIANCE, lanes: [gold], predecessors: { of: [{ lane: silver }] } }\n`,
        ),
      ],
      'file-6.yaml:7:49: lanes wait for each other: shop/gold → shop/silver → shop/gold; also file-6.yaml:6:51',
    ],
    [
      'products that wait for each other',
      [
        policy(
          'shop',
          gate('id: a, type: COMPLIANCE, lanes: [gold], predecessors: { of: [{ lane: gold, product: till }] }'),
        ),
        policy(
          'till',
          gate('id: a, type: COMPLIANCE, lanes: [gold], predecessors: { of: [{ lane: gold, product: shop }] }'),
        ),
      ],
      'file-6.yaml:6:49: lanes wait for each other: shop/gold → till/gold → shop/gold; also file-7.yaml:6:49',
    ],
    [
      'a product that waits for itself under the policy of all',
      [
        policy(
          'default',
          gate('id: a, type: COMPLIANCE, lanes: [gold], predecessors: { of: [{ lane: gold, product: till }] }'),
        ),
      ],
      'file-6.yaml:6:49: lanes wait for each other: till/gold → till/gold',
    ],
    [
      'a soak in the very lane that a gate lets into',
      [policy('shop', gate('id: a, type: COMPLIANCE, lanes: [gold], soak: { lane: gold, for: 24h }'))],
      'file-6.yaml:6:49: gate a can never pass: it lets a bundle into gold only once it was live in gold for 1 d; name the lane before it, or leave gold out of its lanes',
    ],
    [
      'lanes whose soaks wait for each other',
      [
        policy(
          'shop',
          `  gates:\n    - { id: a, type: COMPLIANCE, lanes: [silver], soak: { lane: gold, for: 1h } }\n    - { id: b, type: COMPLIANCE, lanes: [gold], soak: { lane: silver, for: 1h } }\n`,
        ),
      ],
      'file-6.yaml:7:49: lanes wait for each other: shop/gold → shop/silver → shop/gold; also file-6.yaml:6:51',
    ],
    [
      'a soak and a predecessor that wait for each other',
      [
        policy(
          'shop',
          `  gates:\n    - { id: a, type: COMPLIANCE, lanes: [silver], predecessors: { of: [{ lane: gold }] } }\n    - { id: b, type: COMPLIANCE, lanes: [gold], soak: { lane: silver, for: 1h } }\n`,
        ),
      ],
      'file-6.yaml:7:49: lanes wait for each other: shop/gold → shop/silver → shop/gold; also file-6.yaml:6:51',
    ],
    [
      'a definition that names a profile that is not there',
      [definition('shop', '{ profile: scrumm, lanes: { bronze: {} } }')],
      'file-6.yaml:4:9: there is no profile scrumm in force; did you mean scrum?: definition shop names it',
    ],
    [
      'a choice of lanes that all wait for that of the gate',
      [
        policy(
          'shop',
          `  gates:\n    - { id: a, type: COMPLIANCE, lanes: [gold], soak: { lane: silver, for: 1h } }\n    - { id: b, type: COMPLIANCE, lanes: [silver], predecessors: { atLeast: 1, of: [{ lane: gold }, { lane: gold }] } }\n`,
        ),
      ],
      'file-6.yaml:7:51: gate b can never pass: it holds silver until the bundle was live in gold, and gold waits for silver (gate a, file-6.yaml:6:49)',
    ],
    [
      'a definition that names a policy that is not there',
      [definition('shop', '{ lanes: { bronze: { policy: defalt } } }')],
      'file-6.yaml:4:28: there is no policy defalt in force; did you mean default?: definition shop names it for bronze',
    ],
  ])('such as %s are refused', async (_what, texts, problem) => {
    expect(problemsOfBook(await bookWith(...texts))).toContain(problem);
  });
});

describe('gates that wait and can pass', () => {
  test.each([
    ['for the lane before theirs', gate('id: a, type: COMPLIANCE, lanes: [gold], soak: { lane: silver, for: 24h }')],
    [
      'for their own lane, where they only advise',
      gate('id: a, type: COMPLIANCE, severity: ADVISORY, lanes: [gold], soak: { lane: gold, for: 24h }'),
    ],
    [
      'for their own lane before a rollback to what was live there',
      gate('id: a, type: COMPLIANCE, kinds: [ROLLBACK], lanes: [gold], soak: { lane: gold, for: 24h }'),
    ],
    [
      'for each other, where one only advises',
      `  gates:\n    - { id: a, type: COMPLIANCE, lanes: [silver], soak: { lane: gold, for: 1h } }\n    - { id: b, type: COMPLIANCE, severity: ADVISORY, lanes: [gold], soak: { lane: silver, for: 1h } }\n`,
    ],
    [
      'for one of several lanes, of which not all wait for theirs',
      `  gates:\n    - { id: a, type: COMPLIANCE, lanes: [gold], soak: { lane: silver, for: 1h } }\n    - { id: b, type: COMPLIANCE, lanes: [silver], predecessors: { atLeast: 1, of: [{ lane: bronze }, { lane: gold }] } }\n`,
    ],
  ])('%s are no mistake', async (_what, spec) => {
    expect(problemsOfBook(await bookWith(policy('shop', spec)))).toEqual([]);
  });
});

describe('messages and roles of gates', () => {
  const parsed = (gates: string) => parseDocument(policy('shop', gates), 'shop.yaml');

  test('that name in braces what nothing is filled in for are refused with what was meant', () => {
    const of = (message: string) =>
      unfilledMessages(parsed(gate(`id: a, type: APPROVAL, approvals: { roles: [qa] }, message: '${message}'`)));
    expect(of('ask {bundle} of {product} for {lane}: {promotion}, or {} or {"json": 1}')).toEqual([]);
    expect(of('ask {bundel} and { lane }')).toEqual([
      expect.stringMatching(
        /^shop\.yaml:6:\d+: gate a: nothing is filled in for \{bundel\} .*; did you mean \{bundle\}\?$/,
      ),
      expect.stringContaining('nothing is filled in for { lane } in its message'),
    ]);
  });

  test('that nobody can have heard of are warned about, and those of profiles and enrolled people are not', () => {
    const document = parsed(
      gate(
        'id: a, type: APPROVAL, approvals: { roles: [relase-manager, scrum-master], allOf: [security] }, checklist: { roles: [qa], questions: [{ id: a, ask: b }] }, evidence: { anyOf: [{ kind: x, per: bundle, signers: { roles: [oprator] } }, { kind: y, per: bundle, signers: { roles: [operator] } }] }',
      ),
    );
    expect(unheardRoles(document, shipped, ['security'])).toEqual([
      expect.stringMatching(
        /^shop\.yaml:6:\d+: gate a names the role relase-manager, .*; did you mean release-manager\?$/,
      ),
      expect.stringContaining('the role oprator, which is known to nobody here; did you mean operator?'),
    ]);
  });
});

let shipped: RuleBook;
beforeAll(async () => {
  shipped = await bookWith();
});

describe('a proposed policy', () => {
  const holds = (id: string) => gate(`id: ${id}, type: COMPLIANCE, rule: "true", message: m`);
  const about = { lane: 'bronze', transformationProfile: '' } as const;
  const names = (rules: ReturnType<ReturnType<typeof rulesUnder>>) => rules.policies.map(({ name }) => name);

  test('takes the place of the one of its name, wherever that applies, and no other', async () => {
    const known = await bookWith(policy('shop', holds('own')));
    const proposed = parsePolicy(policy('shop', `  extends: default\n${holds('more')}`), 'proposed.yaml');
    const under = rulesUnder(known, proposed);
    expect(names(under({ product: 'shop', ...about }))).toEqual(['default', 'shop']);
    expect(under({ product: 'shop', ...about }).policies.at(-1)).toBe(proposed);
    expect(under({ product: 'other', ...about })).toEqual(lookUp(known, { product: 'other', ...about }).rules);
  });

  test('of a new name applies everywhere, over what it extends', async () => {
    const text = policy('strict', `  extends: default\n${holds('more')}`);
    const under = rulesUnder(await bookWith(), parsePolicy(text, 'proposed.yaml'));
    expect(names(under({ product: 'shop', ...about }))).toEqual(['default', 'strict']);
  });

  test('is refused where it extends what is not in force', async () => {
    const under = rulesUnder(
      await bookWith(),
      parsePolicy(policy('shop', `  extends: nothing\n${holds('more')}`), 'proposed.yaml'),
    );
    expect(() => under({ product: 'shop', ...about })).toThrow(expect.objectContaining({ code: 'INVALID_POLICY' }));
  });
});
