import { describe, expect, test } from '@jest/globals';
import { buildFactsIn } from '../../core/evidence/build-facts.js';
import { predicateTypes } from '../../core/evidence/predicate-types.js';
import { builderId, provenanceStatement } from '../../core/evidence/provenance.js';

const subject = { name: 'web', digest: { sha256: 'a'.repeat(64) } };

describe('what provenance says about a build', () => {
  test('is who built it, from what, how, and when', () => {
    const statement = provenanceStatement({
      ...{ subject, repository: '/srv/shop', revision: 'c'.repeat(40), tree: 'd'.repeat(40), service: 'web' },
      ...{ commands: ['npm ci', 'npm run build'], nodeVersion: '24.1.0', invocationId: 'release/x/run' },
      ...{ startedOn: '2026-01-01T00:00:00.000Z', finishedOn: '2026-01-01T00:01:00.000Z' },
    });
    expect(buildFactsIn(statement)).toEqual({
      ...{ artifact: 'web', builder: builderId, buildType: 'https://lanekeeper.dev/build/node-app/v1' },
      ...{ repository: '/srv/shop', commit: 'c'.repeat(40), tree: 'd'.repeat(40) },
      ...{ commands: ['npm ci', 'npm run build'], node: '24.1.0', invocation: 'release/x/run' },
      ...{ startedOn: '2026-01-01T00:00:00.000Z', finishedOn: '2026-01-01T00:01:00.000Z' },
    });
  });

  test.each([[null], [7], [{}], [{ buildDefinition: [], runDetails: 'now' }]])(
    'is read whatever is in it: %j',
    (predicate) => {
      expect(buildFactsIn({ predicateType: predicateTypes.provenance, predicate, subject: [subject] })).toMatchObject({
        builder: '',
        commit: '',
      });
    },
  );

  test('is nothing of a statement of another kind', () => {
    expect(buildFactsIn({ predicateType: predicateTypes.spdx, predicate: {}, subject: [subject] })).toBeUndefined();
  });
});
