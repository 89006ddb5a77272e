import { LanekeeperError, messageOf } from '../errors.js';
import { canonicalJson } from '../hash.js';
import { parseName } from '../ids.js';
import { instant, json, listOf, objectOf, parseObject, text } from '../input.js';
import { predicateTypes } from './predicate-types.js';
import { type Statement, statementOf, type Subject } from './statement.js';

/** How our builds work: the commit's files, the product's own scripts, an image of the convention `node-app/v1`. */
export const buildType = 'https://lanekeeper.dev/build/node-app/v1';

/** Who builds: the build activities of Lanekeeper. */
export const builderId = 'https://lanekeeper.dev/builder/v1';

/**
 * What provenance states about one image. Times are RFC 3339 in UTC and come from the workflow, so that a retried step
 * states the same.
 */
export interface ProvenanceInput {
  readonly subject: Subject;
  readonly repository: string;
  /** 40 hex digits. */
  readonly revision: string;
  /** The tree of that commit, 40 hex digits. */
  readonly tree: string;
  readonly service: string;
  readonly commands: readonly string[];
  readonly nodeVersion: string;
  /** `<workflow id>/<first run id>`. */
  readonly invocationId: string;
  readonly startedOn: string;
  readonly finishedOn: string;
}

/** The predicate `https://slsa.dev/provenance/v1`. */
export interface ProvenancePredicate {
  readonly buildDefinition: {
    readonly buildType: string;
    readonly externalParameters: { readonly repository: string; readonly revision: string; readonly service: string };
    readonly internalParameters: { readonly commands: readonly string[]; readonly node: string };
    readonly resolvedDependencies: readonly [
      { readonly uri: string; readonly digest: { readonly gitCommit: string; readonly gitTree: string } },
    ];
  };
  readonly runDetails: {
    readonly builder: { readonly id: string };
    readonly metadata: { readonly invocationId: string; readonly startedOn: string; readonly finishedOn: string };
  };
}

/** The statement on how an image was built. */
export function provenanceStatement(input: ProvenanceInput): Statement<ProvenancePredicate> {
  const { repository, revision, tree, service } = input;
  const location = repository.startsWith('/') ? `file://${repository}` : repository;
  return statementOf(predicateTypes.provenance, [input.subject], {
    buildDefinition: {
      buildType,
      externalParameters: { repository, revision, service },
      internalParameters: { commands: input.commands, node: input.nodeVersion },
      resolvedDependencies: [{ uri: `git+${location}@${revision}`, digest: { gitCommit: revision, gitTree: tree } }],
    },
    runDetails: {
      builder: { id: builderId },
      metadata: { invocationId: input.invocationId, startedOn: input.startedOn, finishedOn: input.finishedOn },
    },
  });
}

/** What the provenance of a release must say, as its record knows it. */
export type ExpectedProvenance = Pick<ProvenanceInput, 'repository' | 'revision' | 'tree' | 'invocationId'>;

/**
 * Requires that a statement is our provenance of an image that this run built from this commit, and says nothing else.
 * @throws EVIDENCE_INVALID
 */
export function requireProvenance(statement: Statement, expected: ExpectedProvenance): void {
  const [subject, ...others] = statement.subject;
  if (subject === undefined || others.length > 0) throw invalid('it is not about exactly one image');
  const stated = canonicalJson(statement.predicate);
  const { buildDefinition, runDetails } = partsOf(statement.predicate);
  const ours = provenanceStatement({
    ...expected,
    subject,
    service: buildDefinition.externalParameters.service,
    commands: buildDefinition.internalParameters.commands,
    nodeVersion: buildDefinition.internalParameters.node,
    startedOn: runDetails.metadata.startedOn,
    finishedOn: runDetails.metadata.finishedOn,
  });
  if (subject.name !== buildDefinition.externalParameters.service) throw invalid('it names another service');
  if (stated !== canonicalJson(ours.predicate))
    throw invalid('it does not name the repository, the revision, the tree and the run of this release');
}

/** The parts of the predicate that differ from build to build; the rest is compared as a whole. */
function partsOf(predicate: unknown) {
  try {
    return parseObject(predicate, 'provenance', {
      buildDefinition: objectOf({
        buildType: text(200),
        externalParameters: objectOf({ repository: text(1100), revision: text(40), service: parseName }),
        internalParameters: objectOf({ commands: listOf(text(2000), 20), node: text(40) }),
        resolvedDependencies: json(3000),
      }),
      runDetails: objectOf({
        builder: objectOf({ id: text(200) }),
        metadata: objectOf({ invocationId: text(500), startedOn: instant, finishedOn: instant }),
      }),
    });
  } catch (error) {
    throw invalid(messageOf(error), error);
  }
}

function invalid(why: string, cause?: unknown): LanekeeperError {
  return new LanekeeperError(
    'EVIDENCE_INVALID',
    { message: 'this is not the provenance of an image of this release', why, next: 'release the commit again' },
    { cause },
  );
}
