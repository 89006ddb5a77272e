import { Ajv2020 } from 'ajv/dist/2020.js';
import type { Refusal } from '../decision/check.js';
import type { PolicyVerb } from '../evidence/policy-act.js';
import governanceSchema from '../schemas/governance.schema.json' with { type: 'json' };
import { readYamlFile } from '../yaml-file/read.js';
import { type DocumentKind, type DocumentName, documentKinds, type governanceName } from './document.js';

/** Who may do what with some documents. */
export interface GovernanceRule {
  readonly kinds: readonly DocumentKind[];
  /** Names of documents; one that ends in `*` stands for all that begin so. All if absent. */
  readonly names?: readonly string[];
  /** Roles of those who may draft, and withdraw, a version. */
  readonly draft: readonly string[];
  /** Roles of those who may publish what somebody else has drafted, and how many of them it takes. */
  readonly publish: { readonly roles: readonly string[]; readonly count: number };
  /** Roles of those who may take a document out of force. */
  readonly retire: readonly string[];
}

/** The policy of policies: the first rule that names a document counts. */
export interface PolicyOfPolicies {
  readonly rules: readonly GovernanceRule[];
}

interface GovernanceFile {
  readonly metadata: { readonly name: typeof governanceName };
  readonly spec: {
    readonly rules: readonly (Omit<GovernanceRule, 'publish'> & {
      readonly publish: { readonly roles: readonly string[]; readonly count?: number };
    })[];
  };
}

const validate = new Ajv2020({ allErrors: true, strict: true, verbose: true }).compile<GovernanceFile>(
  governanceSchema,
);

/**
 * Reads the policy of policies (format: `core/schemas/governance.schema.json`).
 *
 * @throws INVALID_POLICY naming every problem with its file, line and column
 */
export function parsePolicyOfPolicies(text: string, fileName: string): PolicyOfPolicies {
  const file = readYamlFile(text, {
    ...{ fileName, maxBytes: 64 * 1024, validate, code: 'INVALID_POLICY' },
    next: 'correct the file; docs/policy-reference.md has every field',
  });
  const { rules } = file.value.spec;
  const uncovered = documentKinds.filter((kind) => !rules.some((rule) => rule.kinds.includes(kind) && !rule.names));
  if (uncovered.length > 0)
    throw file.refuse([
      {
        path: ['spec', 'rules'],
        text: `no rule without names is about ${uncovered.join(', ')}, so that nobody could ever publish some of them`,
      },
    ]);
  return { rules: rules.map((rule) => ({ ...rule, publish: { count: 1, ...rule.publish } })) };
}

/** The rule for a document. */
export function ruleFor({ rules }: PolicyOfPolicies, { kind, name }: DocumentName): GovernanceRule {
  const rule = rules.find(({ kinds, names }) => {
    return kinds.includes(kind) && (names === undefined || names.some((pattern) => matches(pattern, name)));
  });
  // Parsing has made sure that there is one for each kind.
  if (rule === undefined) throw new TypeError(`no rule for ${kind} ${name}`);
  return rule;
}

function matches(pattern: string, name: string): boolean {
  return pattern.endsWith('*') ? name.startsWith(pattern.slice(0, -1)) : pattern === name;
}

/** Who does something with a version, as enrolled. */
export interface Actor {
  readonly name: string;
  readonly kind: 'human' | 'agent' | 'service';
  readonly roles: readonly string[];
  readonly keyHeldIn: 'file' | 'browser';
}

/** The version that it is done with. */
export interface ActedOn extends DocumentName {
  readonly author: string;
  readonly state: 'DRAFT' | 'PENDING_APPROVAL' | 'PUBLISHED' | 'RETIRED';
}

/** Why somebody may not do something with a version; undefined when they may. */
export function refuseAct(
  verb: PolicyVerb,
  actor: Actor,
  version: ActedOn,
  policies: PolicyOfPolicies,
): Refusal | undefined {
  const { name } = actor;
  const rule = ruleFor(policies, version);
  if (verb === 'publish') {
    if (actor.kind !== 'human') return { code: 'PERMISSION_DENIED', reason: `${name} is no human` };
    if (actor.keyHeldIn === 'browser')
      return { code: 'PERMISSION_DENIED', reason: 'a key in a browser publishes nothing: sign with a key in a file' };
    if (version.author === name)
      return { code: 'SELF_APPROVAL', reason: `${name} has drafted it; somebody else publishes it` };
    return needsRole(actor, rule.publish.roles);
  }
  if (verb === 'retire' && version.state === 'PUBLISHED')
    return actor.kind === 'human'
      ? needsRole(actor, rule.retire)
      : { code: 'PERMISSION_DENIED', reason: `${name} is no human` };
  if (verb === 'retire' && version.author === name) return undefined;
  // Whoever may publish it may also turn it down.
  const roles = verb === 'retire' ? [...rule.draft, ...rule.publish.roles] : rule.draft;
  if (verb === 'submit' && version.author !== name)
    return { code: 'PERMISSION_DENIED', reason: `only ${version.author}, who has drafted it, submits it` };
  return needsRole(actor, roles);
}

function needsRole({ name, roles }: Actor, wanted: readonly string[]): Refusal | undefined {
  return roles.some((role) => wanted.includes(role))
    ? undefined
    : { code: 'ROLE_MISSING', reason: `${name} has none of the roles ${wanted.join(', ')}` };
}
