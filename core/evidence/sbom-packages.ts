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
  const document = fields(predicate);
  const described = new Set(list(document['documentDescribes']).map(text));
  for (const relationship of list(document['relationships']).map(fields))
    if (relationship['relationshipType'] === 'DESCRIBES') described.add(text(relationship['relatedSpdxElement']));
  return list(document['packages'])
    .slice(0, maxPackages)
    .map(fields)
    .filter((each) => !described.has(text(each['SPDXID'])))
    .map((each) => ({
      name: text(each['name']),
      version: text(each['versionInfo']),
      licence: licenceOf(each),
    }))
    .sort((one, other) => compare(one.name, other.name) || compare(one.version, other.version));
}

function licenceOf(each: Readonly<Record<string, unknown>>): string {
  const said = [text(each['licenseConcluded']), text(each['licenseDeclared'])];
  return said.find((licence) => !['', 'NOASSERTION', 'NONE'].includes(licence)) ?? '';
}

function compare(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}

function fields(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? (value as readonly unknown[]) : [];
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
