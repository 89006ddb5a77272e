import type { Digest } from '../digest.js';
import type { ErrorCode } from '../errors.js';
import type { PolicyAct, PolicyVerb } from '../evidence/policy-act.js';
import { type ChainedVersion, type ChainEvidence, problemOfLink, problemOfOrigin } from './chain.js';
import { type DocumentName, digestOfText, digestOfVersion, wordsOf } from './document.js';
import { parsePolicyOfPolicies, type PolicyOfPolicies, ruleFor } from './policy-of-policies.js';

/** What a server says that somebody has signed, and what was found when its signature was verified. */
export interface AuditedAct {
  /** As the server says; one that is no `PolicyVerb` is what no statement says. */
  readonly verb: string;
  readonly principal: string;
  readonly verified: PolicyAct | { readonly problem: string };
}

/** A published version, as a server tells it. */
export interface AuditedVersion extends ChainedVersion {
  /** The version of the policy of policies by which it was published; absent for what was installed. */
  readonly governedBy?: Digest;
  readonly acts: readonly AuditedAct[];
  /** The tests that are said to have come with its draft; empty for none. */
  readonly tests: string;
}

/** One thing that was checked about a version. */
export interface AuditFinding {
  /** `policy/default@3`. */
  readonly version: string;
  readonly check: 'text and chain' | 'signatures' | 'tests' | 'origin' | 'roles' | 'retirement';
  /** What was found. */
  readonly found: string;
  /** Set where it does not hold. */
  readonly problem?: ErrorCode;
}

/** What versions are audited against. */
export interface AuditTerms extends Pick<ChainEvidence, 'tenant' | 'installation' | 'pinned'> {
  /** The chain of the policy of policies, by the digests of its versions. */
  readonly governance: ReadonlyMap<Digest, AuditedVersion>;
  /** The roles of a person; undefined where nobody knows the person. */
  readonly rolesOf: (principal: string) => readonly string[] | undefined;
  /** Whether these are the roles that people have now: somebody who published a version that was replaced may have others. */
  readonly rolesAreOfNow: boolean;
}

/**
 * Checks the published versions of a document without believing who has told them: each names the one before it, each
 * signature is right, the first is what was installed or was signed, nobody has published their own, and those who have
 * published it had roles that the policy of policies demands, in the number that it demands.
 *
 * @param versions from the first to the newest
 * @param inForce whether the newest is said to be in force; if not, somebody has to have signed that it is not
 */
export function auditChain(
  document: DocumentName,
  versions: readonly AuditedVersion[],
  inForce: boolean,
  terms: AuditTerms,
): readonly AuditFinding[] {
  const findings: AuditFinding[] = [];
  let previous: AuditedVersion | undefined;
  let governedBy = 0;
  for (const version of versions) {
    const named = `${version.kind}/${version.name}@${String(version.version)}`;
    const add = (check: AuditFinding['check'], found: string, problem?: ErrorCode) => {
      findings.push({ version: named, check, found, ...(problem !== undefined && { problem }) });
    };
    const link =
      version.kind === document.kind && version.name === document.name
        ? problemOfLink(version, previous)
        : `is no version of ${wordsOf(document)}`;
    if (link === undefined)
      add('text and chain', previous === undefined ? 'it is the first' : 'it follows the one before it');
    else add('text and chain', link, 'POLICY_UNTRUSTED');
    for (const { verb, principal, verified } of version.acts) {
      if ('problem' in verified) add('signatures', `${verb} by ${principal}: ${verified.problem}`, 'SIGNATURE_INVALID');
      else if (!isAbout(verified, version, terms.tenant))
        add('signatures', `${verb} by ${principal}: it is about something else`, 'POLICY_UNTRUSTED');
    }
    const verified = actsOf(version, terms.tenant);
    if (verified.length > 0 && verified.length === version.acts.length)
      add('signatures', verified.map(({ verb, principal }) => `${verb} by ${principal}`).join(', '));
    const tests = testsOf(version, verified);
    if (tests !== undefined) add('tests', tests.found, tests.problem);
    const acts = verified.map((act) => ({ act, counts: true }));
    const origin = problemOfOrigin(version, false, { ...terms, actsOn: () => acts });
    const isInstalled =
      version.version === 1 &&
      terms.installation.some(({ kind, name }) => kind === version.kind && name === version.name);
    if (origin !== undefined) add('origin', origin, 'POLICY_UNTRUSTED');
    else add('origin', isInstalled ? 'it is what was installed' : whoseIt(verified));
    if (!isInstalled) {
      const mayHaveChanged = terms.rolesAreOfNow && version !== versions.at(-1);
      const { found, number, ...rest } = rolesAt(version, verified, governedBy, terms);
      const problem = mayHaveChanged && rest.problem === 'ROLE_MISSING' ? undefined : rest.problem;
      governedBy = Math.max(governedBy, number);
      add('roles', found, problem);
    }
    if (version === versions.at(-1) && !inForce) {
      const { found, problem } = retirementOf(version, verified, terms);
      add('retirement', found, problem);
    }
    previous = version;
  }
  return findings;
}

/** What people have signed about this very version: what they have said about another one says nothing about it. */
function actsOf(version: AuditedVersion, tenant: string): readonly PolicyAct[] {
  return version.acts.flatMap(({ verified }) =>
    'problem' in verified || !isAbout(verified, version, tenant) ? [] : [verified],
  );
}

/** Whether tests are those that the author has signed with the draft; undefined where there are none, and none were signed. */
function testsOf(
  { tests }: AuditedVersion,
  acts: readonly PolicyAct[],
): { readonly found: string; readonly problem?: ErrorCode } | undefined {
  const signed = acts.find(({ verb }) => verb === 'draft')?.tests;
  if (signed === undefined && tests === '') return undefined;
  const refuse = (found: string) => ({ found, problem: 'POLICY_UNTRUSTED' as const });
  if (signed === undefined) return refuse('they come with it, and its author has signed none');
  if (tests === '') return refuse('they are not there, and its author has signed some');
  return digestOfText(tests) === signed
    ? { found: 'they are those that its author has signed' }
    : refuse('they are not those that its author has signed');
}

function isAbout(act: PolicyAct, { digest }: AuditedVersion, tenant: string): boolean {
  return act.tenant === tenant && digestOfVersion(act.document) === digest;
}

/** Whether somebody has taken a version out of force who may, by the newest policy of policies. */
function retirementOf(
  version: AuditedVersion,
  acts: readonly PolicyAct[],
  { governance, rolesOf }: AuditTerms,
): { readonly found: string; readonly problem?: ErrorCode } {
  const by = acts.flatMap(({ verb, published, principal }) =>
    verb === 'retire' && published !== false ? [principal] : [],
  );
  if (by.length === 0) return { found: 'nobody has signed that it is out of force', problem: 'POLICY_UNTRUSTED' };
  const newest = [...governance.values()].reduce<AuditedVersion | undefined>(
    (last, one) => (last !== undefined && last.version > one.version ? last : one),
    undefined,
  );
  const policies = newest && rulesIn(newest);
  if (policies === undefined)
    return { found: 'there is no policy of policies to judge it by', problem: 'POLICY_UNTRUSTED' };
  const { retire } = ruleFor(policies, version);
  const who = by.find((one) => rolesOf(one)?.some((role) => retire.includes(role)));
  return who === undefined
    ? {
        found: `${by.join(' and ')} took it out of force with no role of ${retire.join(', ')}`,
        problem: 'ROLE_MISSING',
      }
    : { found: `taken out of force by ${who}` };
}

function whoseIt(acts: readonly PolicyAct[]): string {
  const who = (wanted: PolicyVerb) =>
    acts.flatMap(({ verb, principal }) => (verb === wanted ? [principal] : [])).join(' and ');
  return `drafted by ${who('draft')}, published by ${who('publish')}`;
}

interface RolesFound {
  readonly found: string;
  readonly problem?: ErrorCode;
  /** The version of the policy of policies by which it was published; 0 where that is not known. */
  readonly number: number;
}

/** Whether enough people of the right roles have published a version, by the policy of policies that it was published by. */
function rolesAt(
  version: AuditedVersion,
  acts: readonly PolicyAct[],
  atLeast: number,
  { governance, rolesOf }: AuditTerms,
): RolesFound {
  const rules = version.governedBy === undefined ? undefined : governance.get(version.governedBy);
  if (rules === undefined)
    return { found: 'it names no version of the policy of policies', problem: 'POLICY_UNTRUSTED', number: 0 };
  const { version: number } = rules;
  const named = `governance/governance@${String(number)}`;
  if (version.kind === 'governance' && number >= version.version)
    return { found: `${named} was published no sooner than it`, problem: 'POLICY_UNTRUSTED', number };
  if (number < atLeast)
    return { found: `${named} was replaced before the version before it`, problem: 'POLICY_UNTRUSTED', number };
  const policies = rulesIn(rules);
  if (policies === undefined) return { found: `${named} cannot be read`, problem: 'POLICY_UNTRUSTED', number };
  const { roles, count } = ruleFor(policies, version).publish;
  const author = acts.find(({ verb }) => verb === 'draft')?.principal;
  const publishers = new Set(
    acts.flatMap(({ verb, principal }) => (verb === 'publish' && principal !== author ? [principal] : [])),
  );
  const without = [...publishers].filter((one) => rolesOf(one)?.some((role) => roles.includes(role)) !== true);
  const demanded = `${named} demands ${String(count)} with ${roles.join(' or ')}`;
  if (without.length > 0)
    return { found: `${demanded}; ${without.join(' and ')} has no such role`, problem: 'ROLE_MISSING', number };
  return publishers.size < count
    ? { found: `${demanded}; only ${String(publishers.size)} signed`, problem: 'POLICY_UNTRUSTED', number }
    : { found: demanded, number };
}

function rulesIn({ text, version }: AuditedVersion): PolicyOfPolicies | undefined {
  try {
    return parsePolicyOfPolicies(text, `governance/governance@${String(version)}`);
  } catch {
    return undefined;
  }
}
