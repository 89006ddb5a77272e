import { expect, test } from '@jest/globals';
import { artifactsIn, deliveredIn } from '../../core/release/artifact.js';
import { digestOf } from '../../core/hash.js';
import type { Manifest } from '../../core/release/manifest.js';

const manifest = {
  source: { commit: digestOf('commit') },
  images: [{ service: 'web', digest: digestOf('image'), mediaType: 'application/vnd.oci.image.manifest.v1+json' }],
  sdks: [{ name: 'client', checksum: digestOf('sdk') }],
} as unknown as Manifest;

test('the artifacts of a bundle are what it delivers and the commit that it was made from, each with its kind', () => {
  expect(artifactsIn(manifest).map(({ kind, name, digest }) => [kind, name, digest])).toEqual([
    ['image', 'web', digestOf('image')],
    ['sdk', 'client', digestOf('sdk')],
    ['source', 'commit', digestOf('commit')],
  ]);
});

test('a bundle does not deliver its commit, so that no gate asks for evidence about it', () => {
  expect(deliveredIn(manifest).map(({ kind }) => kind)).toEqual(['image', 'sdk']);
});
