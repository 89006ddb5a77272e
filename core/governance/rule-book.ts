import { didYouMean } from '../did-you-mean.js';
import type { Digest } from '../digest.js';
import { LanekeeperError } from '../errors.js';
import type { Lane } from '../lanes.js';
import type { Policy, Profile, RuleLayers } from '../policy/layers/document.js';
import type { Origin } from '../policy/layers/merge.js';
import type { SaysSteps } from '../promotion/lane-steps.js';
import type { PromotionDefinition } from './definition.js';
import type { PolicyOfPolicies } from './policy-of-policies.js';

/** A document that is in force, and its version. */
export interface InForce<T> {
  readonly document: T;
  readonly version: number;
  readonly digest: Digest;
}

/** Everything that is in force in a tenant, by name. */
export interface RuleBook {
  readonly policies: ReadonlyMap<string, InForce<Policy>>;
  readonly profiles: ReadonlyMap<string, InForce<Profile>>;
  readonly definitions: ReadonlyMap<string, InForce<PromotionDefinition>>;
  readonly governance: InForce<PolicyOfPolicies>;
}

/** Where the profile in effect comes from. */
export type ProfileSource = 'transformation' | 'product' | 'tenant' | 'platform';

/** What applies to a product in a lane. */
export interface Applicable extends SaysSteps {
  readonly rules: RuleLayers;
  readonly profile: { readonly source: ProfileSource; readonly name?: string };
  /** The promotion definition, as `name@version`. */
  readonly definition: string;
  /** The versions that were read, as `kind/name@version`, the lowest layer first. */
  readonly versions: readonly string[];
}

/** For what rules are looked up. */
export interface LookUp {
  readonly product: string;
  readonly lane: Lane;
  /** The profile that the transformation of the product names; empty where it names none. */
  readonly transformationProfile?: string;
  /** The policy that applies, where it is not that of the product: for tests of policies. */
  readonly policy?: string;
}

/** The name under which tenants keep what applies where a product has nothing of its own. */
export const defaultName = 'default';

/**
 * What applies to a product in a lane. The profile is that of its transformation, else of its own definition, else of the
 * tenant's, else none, which is the platform's default.
 *
 * @throws INVALID_POLICY when something that is named is not in force; UNKNOWN_LANE when the product does not use the lane
 */
export function lookUp(book: RuleBook, { product, lane, transformationProfile = '', policy }: LookUp): Applicable {
  const own = book.definitions.get(product);
  const shared = book.definitions.get(defaultName);
  const definition = own ?? shared;
  if (definition === undefined) throw missing('definition', defaultName, book.definitions.keys());
  const use = definition.document.lanes[lane];
  if (use === undefined)
    throw new LanekeeperError('UNKNOWN_LANE', {
      message: `${product} does not use the lane ${lane}`,
      object: `lane ${product}/${lane}`,
      why: `definition ${definition.document.name}, version ${String(definition.version)}, names ${Object.keys(definition.document.lanes).join(', ')}`,
      next: `lane policy show definition/${definition.document.name}, or have a version of it published that names ${lane}`,
    });
  const { found, ...profile } = effectiveProfile(book, { product, transformationProfile });
  const named = policy ?? use.policy ?? (book.policies.has(product) ? product : defaultName);
  const policies = policiesOf(book, named, policy === undefined ? namedByLane(definition.document, lane) : undefined);
  return {
    rules: {
      ...(found !== undefined && { profile: found.document }),
      policies: policies.map(({ document }) => document),
    },
    profile,
    ...(use.steps !== undefined && { steps: use.steps }),
    definition: `${definition.document.name}@${String(definition.version)}`,
    versions: [
      ...(found === undefined ? [] : [`profile/${found.document.name}@${String(found.version)}`]),
      ...policies.map(({ document, version }) => `policy/${document.name}@${String(version)}`),
      `definition/${definition.document.name}@${String(definition.version)}`,
    ],
  };
}

/** The profile in effect, and where it comes from. */
export interface EffectiveProfile {
  readonly source: ProfileSource;
  readonly name?: string;
  readonly found?: InForce<Profile>;
}

/** The profile in effect for a product, whatever the lane. @throws INVALID_POLICY when one is named that is not in force */
export function effectiveProfile(
  { definitions, profiles }: RuleBook,
  { product, transformationProfile = '' }: Pick<LookUp, 'product' | 'transformationProfile'>,
): EffectiveProfile {
  const [own, shared] = [definitions.get(product)?.document, definitions.get(defaultName)?.document];
  const { source, name } = profileOf(transformationProfile, own, shared);
  if (name === undefined) return { source };
  const found = profiles.get(name);
  if (found === undefined) throw missing('profile', name, profiles.keys(), whoNames(source, product, { own, shared }));
  return { source, name, found };
}

function profileOf(
  transformation: string,
  own: PromotionDefinition | undefined,
  shared: PromotionDefinition | undefined,
): Applicable['profile'] {
  if (transformation !== '') return { source: 'transformation', name: transformation };
  if (own?.profile !== undefined) return { source: 'product', name: own.profile };
  if (shared?.profile !== undefined) return { source: 'tenant', name: shared.profile };
  return { source: 'platform' };
}

/**
 * A policy and those over which it lies, the lowest first.
 *
 * @param by what names it, for errors
 * @throws INVALID_POLICY
 */
export function policiesOf(book: RuleBook, name: string, by?: NamedBy): readonly InForce<Policy>[] {
  const chain: InForce<Policy>[] = [];
  let wanted: string | undefined = name;
  while (wanted !== undefined) {
    const policy: InForce<Policy> | undefined = book.policies.get(wanted);
    if (policy === undefined)
      throw missing('policy', wanted, book.policies.keys(), whoExtends(chain[0]?.document) ?? by);
    if (chain.includes(policy)) throw cycle([...chain.map(({ document }) => document.name).reverse(), wanted]);
    chain.unshift(policy);
    wanted = policy.document.extends?.id;
  }
  return chain;
}

/** What names a document, in words, and where. */
interface NamedBy {
  readonly why: string;
  readonly at?: Origin | undefined;
}

function whoExtends(policy: Policy | undefined): NamedBy | undefined {
  if (policy?.extends === undefined) return undefined;
  return { why: `policy ${policy.name} extends it`, at: policy.extends.origin };
}

function whoNames(
  source: ProfileSource,
  product: string,
  { own, shared }: { readonly own: PromotionDefinition | undefined; readonly shared: PromotionDefinition | undefined },
): NamedBy {
  const definition = { product: own, tenant: shared, transformation: undefined, platform: undefined }[source];
  if (definition === undefined) return { why: `the ${source} of ${product} names it` };
  return { why: `definition ${definition.name} names it`, at: definition.profileAt };
}

function namedByLane({ name, lanes }: PromotionDefinition, lane: Lane): NamedBy | undefined {
  const at = lanes[lane]?.policyAt;
  return at === undefined ? undefined : { why: `definition ${name} names it for ${lane}`, at };
}

function missing(kind: string, name: string, known: Iterable<string>, by?: NamedBy): LanekeeperError {
  const names = [...known];
  const { at } = by ?? {};
  return new LanekeeperError('INVALID_POLICY', {
    message: `there is no ${kind} ${name} in force${didYouMean(name, names)}`,
    object: at === undefined ? `${kind} ${name}` : `${at.file}:${String(at.line)}:${String(at.column)}`,
    why: by?.why ?? `in force are: ${names.length === 0 ? 'none' : names.join(', ')}`,
    next: `lane policy list; have it published: lane policy apply FILE`,
  });
}

function cycle(names: readonly string[]): LanekeeperError {
  return new LanekeeperError('INVALID_POLICY', {
    message: `policies extend each other in a circle: ${names.join(' → ')}`,
    object: `policy ${names[0] ?? ''}`,
    next: 'let one of them extend none',
  });
}
