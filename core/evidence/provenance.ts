import { LanekeeperError, messageOf } from '../errors.js';
import { canonicalJson } from '../hash.js';
import { parseName } from '../ids.js';
import { instant, json, listOf, objectOf, optional, parseObject, text } from '../input.js';
import { predicateTypes } from './predicate-types.js';
import { type Statement, statementOf, type Subject } from './statement.js';

/** How our builds work: the commit's files, the product's own scripts, and what is made of what they leave. */
const buildTypes = {
  /** An image of the convention `node-app/v1`. */
  image: 'https://lanekeeper.dev/build/node-app/v1',
  /** A package that npm packs. */
  sdk: 'https://lanekeeper.dev/build/npm-package/v1',
} as const;

/** What a build makes and signs. */
export type ArtifactKind = keyof typeof buildTypes;

/** Who builds: the build activities of Lanekeeper. */
export const builderId = 'https://lanekeeper.dev/builder/v1';

/**
 * What provenance states about one artifact. Times are RFC 3339 in UTC and come from the workflow, so that a retried step
 * states the same.
 */
export interface ProvenanceInput {
  readonly subject: Subject;
  readonly repository: string;
  /** 40 hex digits. */
  readonly revision: string;
  /** The tree of that commit, 40 hex digits. */
  readonly tree: string;
  /** The service whose image it is; absent for an SDK. */
  readonly service?: string;
  /** The SDK that it is; absent for an image. */
  readonly sdk?: string;
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
    readonly externalParameters: {
      readonly repository: string;
      readonly revision: string;
      readonly service?: string;
      readonly sdk?: string;
    };
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

/** The statement on how an artifact was built. */
export function provenanceStatement(input: ProvenanceInput): Statement<ProvenancePredicate> {
  const { repository, revision, tree, service, sdk } = input;
  const location = repository.startsWith('/') ? `file://${repository}` : repository;
  return statementOf(predicateTypes.provenance, [input.subject], {
    buildDefinition: {
      buildType: sdk === undefined ? buildTypes.image : buildTypes.sdk,
      externalParameters: {
        repository,
        revision,
        ...(service !== undefined && { service }),
        ...(sdk !== undefined && { sdk }),
      },
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
 * Requires that a statement is our provenance of an artifact of this kind that this run built from this commit, and says
 * nothing else.
 * @throws EVIDENCE_INVALID
 */
export function requireProvenance(statement: Statement, of: ArtifactKind, expected: ExpectedProvenance): void {
  const [subject, ...others] = statement.subject;
  if (subject === undefined || others.length > 0) throw invalid('it is not about exactly one artifact');
  const stated = canonicalJson(statement.predicate);
  const { buildDefinition, runDetails } = partsOf(statement.predicate);
  const { service, sdk } = buildDefinition.externalParameters;
  const part = of === 'image' ? service : sdk;
  if (part === undefined) throw invalid(of === 'image' ? 'it names no service' : 'it names no SDK');
  const ours = provenanceStatement({
    ...expected,
    subject,
    ...(of === 'image' ? { service: part } : { sdk: part }),
    commands: buildDefinition.internalParameters.commands,
    nodeVersion: buildDefinition.internalParameters.node,
    startedOn: runDetails.metadata.startedOn,
    finishedOn: runDetails.metadata.finishedOn,
  });
  if (subject.name !== part) throw invalid(`it names another ${of === 'image' ? 'service' : 'SDK'}`);
  if (stated !== canonicalJson(ours.predicate))
    throw invalid('it does not name the repository, the revision, the tree and the run of this release');
}

/** The parts of the predicate that differ from build to build; the rest is compared as a whole. */
function partsOf(predicate: unknown) {
  try {
    return parseObject(predicate, 'provenance', {
      buildDefinition: objectOf({
        buildType: text(200),
        externalParameters: objectOf({
          repository: text(1100),
          revision: text(40),
          service: optional(parseName),
          sdk: optional(parseName),
        }),
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
    { message: 'this is not the provenance of an artifact of this release', why, next: 'release the commit again' },
    { cause },
  );
}
