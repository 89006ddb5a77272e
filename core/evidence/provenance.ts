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
    readonly resolvedDependencies: readonly [{ readonly uri: string; readonly digest: { readonly gitCommit: string } }];
  };
  readonly runDetails: {
    readonly builder: { readonly id: string };
    readonly metadata: { readonly invocationId: string; readonly startedOn: string; readonly finishedOn: string };
  };
}

/** The statement on how an image was built. */
export function provenanceStatement(input: ProvenanceInput): Statement<ProvenancePredicate> {
  const { repository, revision, service } = input;
  const location = repository.startsWith('/') ? `file://${repository}` : repository;
  return statementOf(predicateTypes.provenance, [input.subject], {
    buildDefinition: {
      buildType,
      externalParameters: { repository, revision, service },
      internalParameters: { commands: input.commands, node: input.nodeVersion },
      resolvedDependencies: [{ uri: `git+${location}@${revision}`, digest: { gitCommit: revision } }],
    },
    runDetails: {
      builder: { id: builderId },
      metadata: { invocationId: input.invocationId, startedOn: input.startedOn, finishedOn: input.finishedOn },
    },
  });
}
