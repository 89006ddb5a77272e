import { authorshipOf } from '../authorship.js';
import { evaluateRule } from '../cel.js';
import type { EvidenceFact, PolicyFacts } from '../facts.js';
import type { ArtifactKind } from '../../release/artifact.js';
import type { Gate } from '../model.js';
import type { JudgeTerm } from './term.js';

/** Whether the rule of a gate holds. It is about accepted evidence, so that nothing can be said while that is missing. */
export const judgeRule: JudgeTerm = ({ rule, ...gate }, { facts, evidence }) => {
  if (rule === undefined || (evidence !== undefined && evidence.missing.length > 0)) return undefined;
  const accepted = evidence?.accepted ?? [];
  const result = evaluateRule(rule, variables(facts, accepted));
  if (!result.ok)
    return {
      verdict: 'ERROR',
      explanation: `the rule could not be evaluated: ${result.why}`,
      waitsFor: 'policy',
      reliedOn: [],
    };
  if (result.value) return { verdict: 'PASS', explanation: 'the rule holds', reliedOn: [] };
  return {
    verdict: gate.evidence === undefined ? 'PENDING' : 'FAIL',
    explanation: describeFailure(rule, accepted),
    waitsFor: 'evidence',
    reliedOn: [],
  };
};

/**
 * The variables that a rule sees. `now` is not among them: time enters only through declared terms such as `maxAge`.
 */
function variables(facts: PolicyFacts, evidence: readonly EvidenceFact[]): Record<string, unknown> {
  return {
    bundle: {
      digest: facts.bundle.digest,
      revision: facts.bundle.revision,
      source: {
        repository: facts.bundle.repository,
        revision: facts.bundle.revision,
        tree: facts.bundle.tree,
        author: facts.bundle.author,
      },
      images: named(facts, 'image'),
      sdks: named(facts, 'sdk'),
      commits: commitVariables(facts),
      methodology: facts.bundle.methodology,
      plan: facts.bundle.plan,
    },
    evidence: evidence.map((item) => ({ ...item.attributes, kind: item.kind, signer: item.signer?.principal ?? '' })),
    requester: {
      known: facts.requester !== undefined,
      name: facts.requester?.principal ?? '',
      roles: facts.requester?.roles ?? [],
    },
    lane: facts.lane,
    lanes: facts.lanes,
  };
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

function describeFailure(rule: NonNullable<Gate['rule']>, accepted: readonly EvidenceFact[]): string {
  const results = accepted.flatMap((item) =>
    item.attributes['result'] === undefined ? [] : [`${item.kind} says ${String(item.attributes['result'])}`],
  );
  return results.length > 0 ? [...new Set(results)].join('; ') : `${rule} does not hold`;
}
