import { describe, expect, test } from '@jest/globals';
import { nodeHashing } from '../../adapters/hash/node-hashing.js';
import { generateKeyPair, loadSigner, nodeVerifier } from '../../adapters/sigstore/keys.js';
import { verifyStatement } from '../../adapters/sigstore/verify-statement.js';
import { generateWebKey, webSigner, webVerifier } from '../../adapters/webcrypto/signatures.js';
import { portableHashing } from '../../core/hash.js';
import { vectorCases } from '../support/vectors/cases.js';
import type { Platform } from '../support/vectors/platform.js';

const newSigner: Platform['newSigner'] = async () => loadSigner(generateKeyPair().privateKeyPem);

const platforms: Readonly<Record<string, Platform>> = {
  'the engine': { hashing: nodeHashing, verifier: nodeVerifier, verifyStatement, newSigner },
  "Node's cryptography behind the port": { hashing: nodeHashing, verifier: nodeVerifier, newSigner },
  'WebCrypto in Node': {
    hashing: portableHashing,
    verifier: webVerifier,
    newSigner: async () => webSigner(await generateWebKey()),
  },
};

describe.each(Object.entries(platforms))('the test vectors in %s', (_name, platform) => {
  test.each(vectorCases.map((each) => [each.title, each] as const))('%s', async (_title, each) => {
    await expect(Promise.resolve(each.run(platform))).resolves.toBeUndefined();
  });
});

test('a key with a compressed point has the same name everywhere', async () => {
  const compressed = `-----BEGIN PUBLIC KEY-----
MDkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDIgACaxfR8uEsQkf4vOblY6RA8ncDfYEt6zOg9KE5RdiYwpY=
-----END PUBLIC KEY-----`;
  expect(await webVerifier.keyIdOf(compressed)).toBe(nodeVerifier.keyIdOf(compressed));
});
