import { type CelInput, celList, celMap } from '@bufbuild/cel';
import { type Bindings, bindingsOf, toCel } from './cel/values.js';
import type { RuleScope, VariableType } from './cel/types.js';
import type { ArtifactKind } from '../release/artifact.js';
import { authorshipOf } from './authorship.js';
import type { EvidenceFact, PolicyFacts, TransformationFact } from './facts.js';

const artifacts: VariableType = { list: { fields: { name: 'string', digest: 'string' } }, max: 200 };
const names: VariableType = { list: 'string' };

const lane: VariableType = {
  fields: {
    live: 'bool',
    wasLive: 'bool',
    url: 'string',
    intervals: { list: { fields: { from: 'string', to: 'string' } } },
  },
};

const transformation: VariableType = {
  fields: {
    known: 'bool',
    id: 'string',
    name: 'string',
    profile: 'string',
    stage: 'string',
    cadence: 'string',
    milestones: { map: { fields: { ready: 'bool', readiness: 'string', due: 'string' } } },
    elements: {
      list: {
        fields: {
          kind: 'string',
          key: 'string',
          title: 'string',
          state: 'string',
          timebox: 'string',
          phase: 'string',
        },
      },
    },
  },
};

/** What rules of gates may read. `now` is not among it: time enters only through declared terms such as `maxAge`. */
export const gateScope: RuleScope = {
  variables: {
    bundle: {
      fields: {
        digest: 'string',
        revision: 'string',
        source: {
          fields: {
            repository: 'string',
            revision: 'string',
            tree: 'string',
            author: { fields: { name: 'string', email: 'string' } },
          },
        },
        images: artifacts,
        sdks: artifacts,
        commits: { fields: { count: 'int', known: 'bool', authors: names, agents: names, unknown: names } },
        methodology: 'any',
        plan: 'any',
      },
    },
    evidence: {
      list: {
        fields: {
          ...{ kind: 'string', signer: 'string' },
          ...{ result: 'string', passed: 'int', failed: 'int', skipped: 'int', url: 'string', testedAt: 'string' },
        },
        // A record has the values that its kind has.
        open: true,
      },
    },
    requester: { fields: { known: 'bool', name: 'string', roles: { list: 'string', max: 100 } } },
    product: 'string',
    lane: 'string',
    lanes: { fields: { bronze: lane, silver: lane, gold: lane } },
    transformation,
  },
};

/** What conditions of overrides may read. */
export const conditionScope: RuleScope = {
  variables: { transformation, product: 'string', lane: 'string', kind: 'string' },
};

/** What rules see where a product belongs to no transformation. */
export const noTransformation = {
  ...{ known: false, id: '', name: '', profile: '', stage: '', cadence: '' },
  milestones: {},
  elements: [],
};

/** The values that the rule of a gate sees. */
export function gateVariables(facts: PolicyFacts, accepted: readonly EvidenceFact[]): Record<string, unknown> {
  return { ...sharedVariables(facts), evidence: accepted.map(evidenceVariable) };
}

/** What the rules of a round see, in the form in which they read it. */
interface Round {
  readonly shared: Bindings;
  readonly evidence: Map<EvidenceFact, CelInput>;
}

const rounds = new WeakMap<PolicyFacts, Round>();

/** The same values, read once for all gates of a round. */
export function gateBindings(facts: PolicyFacts, accepted: readonly EvidenceFact[]): Bindings {
  let round = rounds.get(facts);
  if (round === undefined)
    rounds.set(facts, (round = { shared: bindingsOf(sharedVariables(facts)), evidence: new Map() }));
  const { shared, evidence } = round;
  const items = accepted.map((item) => {
    let bound = evidence.get(item);
    if (bound === undefined) evidence.set(item, (bound = boundEvidence(item)));
    return bound;
  });
  return { ...shared, evidence: celList(items) };
}

function boundEvidence({ attributes, kind, signer }: EvidenceFact): CelInput {
  const values = new Map<string, CelInput>();
  for (const name of Object.keys(attributes)) values.set(name, toCel(attributes[name]));
  return celMap(values.set('kind', kind).set('signer', signer?.principal ?? ''));
}

/** What rules see of one attestation. */
export function evidenceVariable({ attributes, kind, signer }: EvidenceFact): Record<string, unknown> {
  return { ...attributes, kind, signer: signer?.principal ?? '' };
}

/** What all rules of a round see alike. */
function sharedVariables(facts: PolicyFacts): Record<string, unknown> {
  const { bundle, requester } = facts;
  return {
    bundle: {
      digest: bundle.digest,
      revision: bundle.revision,
      source: {
        repository: bundle.repository,
        revision: bundle.revision,
        tree: bundle.tree,
        author: bundle.author,
      },
      images: named(facts, 'image'),
      sdks: named(facts, 'sdk'),
      commits: commitVariables(facts),
      methodology: bundle.methodology,
      plan: bundle.plan,
    },
    requester: {
      known: requester !== undefined,
      name: requester?.principal ?? '',
      roles: requester?.roles ?? [],
    },
    product: facts.product,
    lane: facts.lane,
    lanes: facts.lanes,
    transformation: transformationVariable(facts.transformation),
  };
}

/** What rules see of the transformation of a product. */
function transformationVariable(known: TransformationFact | undefined): Record<string, unknown> {
  return known === undefined ? noTransformation : { ...known };
}

/** What rules see of the artifacts of a kind. */
function named({ bundle }: PolicyFacts, kind: ArtifactKind): readonly Record<string, unknown>[] {
  return bundle.artifacts.filter((one) => one.kind === kind).map(({ name, digest }) => ({ name, digest }));
}

/** What rules see of the commits that the bundle brings, with nothing live of all that its release lists. */
function commitVariables({ bundle: { commits } }: PolicyFacts): Record<string, unknown> {
  const { authors, agents, unknown } = authorshipOf({ firstRelease: 'every-commit', signatures: 'optional' }, commits);
  return { count: commits.brought.length, known: commits.problem === undefined, authors, agents, unknown };
}
