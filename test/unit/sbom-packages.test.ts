import { describe, expect, test } from '@jest/globals';
import { predicateTypes } from '../../core/evidence/predicate-types.js';
import { packagesIn } from '../../core/evidence/sbom-packages.js';

const spdx = (predicate: unknown) => packagesIn({ predicateType: predicateTypes.spdx, predicate });

describe('the packages of an SPDX document', () => {
  test('are those that it describes the artifact by, by name and version, with the licence that is known', () => {
    const found = spdx({
      documentDescribes: ['SPDXRef-app'],
      packages: [
        { SPDXID: 'SPDXRef-app', name: 'app', versionInfo: '1.0.0' },
        { SPDXID: 'b', name: 'yaml', versionInfo: '2.9.1', licenseDeclared: 'ISC', licenseConcluded: 'NOASSERTION' },
        { SPDXID: 'c', name: 'ajv', versionInfo: '8.20.0', licenseConcluded: 'MIT' },
        { SPDXID: 'd', name: 'ajv', versionInfo: '6.1.0', licenseDeclared: 'NONE' },
      ],
    });
    expect(found).toEqual([
      { name: 'ajv', version: '6.1.0', licence: '' },
      { name: 'ajv', version: '8.20.0', licence: 'MIT' },
      { name: 'yaml', version: '2.9.1', licence: 'ISC' },
    ]);
  });

  test('are left out where a relationship says that the document describes them', () => {
    const relationships = [{ relationshipType: 'DESCRIBES', relatedSpdxElement: 'SPDXRef-app' }];
    expect(spdx({ relationships, packages: [{ SPDXID: 'SPDXRef-app', name: 'app' }] })).toEqual([]);
  });

  test.each([[null], [7], [{}], [{ packages: 'many' }], [{ packages: [null, { name: 7 }] }]])(
    'are read whatever is in it: %j',
    (predicate) => {
      expect(() => spdx(predicate)).not.toThrow();
    },
  );

  test('are none of a statement of another kind', () => {
    expect(packagesIn({ predicateType: predicateTypes.cycloneDx, predicate: { packages: [{ name: 'x' }] } })).toEqual(
      [],
    );
  });
});
