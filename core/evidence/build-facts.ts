import { fieldsIn, listIn, textIn } from '../loose.js';
import { predicateTypes } from './predicate-types.js';
import type { Statement } from './statement.js';

/** What a statement of provenance says about a build, as far as people look at it; empty where it says nothing. */
export interface BuildFacts {
  readonly artifact: string;
  readonly builder: string;
  readonly buildType: string;
  readonly repository: string;
  readonly commit: string;
  readonly tree: string;
  readonly commands: readonly string[];
  readonly node: string;
  /** The run that built it: `<workflow id>/<first run id>`. */
  readonly invocation: string;
  /** RFC 3339. */
  readonly startedOn: string;
  readonly finishedOn: string;
}

/** Reads provenance to show it; undefined for a statement of another kind. https://slsa.dev/spec/v1.0/provenance */
export function buildFactsIn({
  predicateType,
  predicate,
  subject,
}: Pick<Statement, 'predicateType' | 'predicate' | 'subject'>): BuildFacts | undefined {
  if (predicateType !== predicateTypes.provenance) return undefined;
  const definition = fieldsIn(fieldsIn(predicate)['buildDefinition']);
  const details = fieldsIn(fieldsIn(predicate)['runDetails']);
  const external = fieldsIn(definition['externalParameters']);
  const internal = fieldsIn(definition['internalParameters']);
  const source = fieldsIn(fieldsIn(listIn(definition['resolvedDependencies'])[0])['digest']);
  const metadata = fieldsIn(details['metadata']);
  return {
    artifact: subject[0]?.name ?? '',
    builder: textIn(fieldsIn(details['builder'])['id']),
    buildType: textIn(definition['buildType']),
    repository: textIn(external['repository']),
    commit: textIn(source['gitCommit']),
    tree: textIn(source['gitTree']),
    commands: listIn(internal['commands']).map(textIn),
    node: textIn(internal['node']),
    invocation: textIn(metadata['invocationId']),
    startedOn: textIn(metadata['startedOn']),
    finishedOn: textIn(metadata['finishedOn']),
  };
}
