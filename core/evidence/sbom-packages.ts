import { fieldsIn, listIn, type LooseFields, textIn } from '../loose.js';
import { predicateTypes } from './predicate-types.js';
import type { Statement } from './statement.js';

/** A package that an SBOM names. */
export interface SbomPackage {
  readonly name: string;
  readonly version: string;
  /** As the SBOM has it: an SPDX expression, or what the author of the package wrote; empty when it says nothing. */
  readonly licence: string;
}

/** The most packages that are read of one SBOM. */
export const maxPackages = 50_000;

/**
 * The packages in the statement of an SPDX document, without the one that it describes; by name and version.
 * https://spdx.github.io/spdx-spec/v2.3/package-information/
 */
export function packagesIn({
  predicateType,
  predicate,
}: Pick<Statement, 'predicateType' | 'predicate'>): readonly SbomPackage[] {
  if (predicateType !== predicateTypes.spdx) return [];
  const document = fieldsIn(predicate);
  const described = new Set(listIn(document['documentDescribes']).map(textIn));
  for (const relationship of listIn(document['relationships']).map(fieldsIn))
    if (relationship['relationshipType'] === 'DESCRIBES') described.add(textIn(relationship['relatedSpdxElement']));
  return listIn(document['packages'])
    .slice(0, maxPackages)
    .map(fieldsIn)
    .filter((each) => !described.has(textIn(each['SPDXID'])))
    .map((each) => ({
      name: textIn(each['name']),
      version: textIn(each['versionInfo']),
      licence: licenceOf(each),
    }))
    .sort((one, other) => compare(one.name, other.name) || compare(one.version, other.version));
}

function licenceOf(each: LooseFields): string {
  const said = [textIn(each['licenseConcluded']), textIn(each['licenseDeclared'])];
  return said.find((licence) => !['', 'NOASSERTION', 'NONE'].includes(licence)) ?? '';
}

function compare(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}
