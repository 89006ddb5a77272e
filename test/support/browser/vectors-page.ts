/** What a page runs in a browser: the test vectors with WebCrypto, and the signing of a decision. */
import { generateWebKey, webSigner, webVerifier } from '../../../adapters/webcrypto/signatures.js';
import { type Decision, decisionStatement } from '../../../core/evidence/decision.js';
import { portableHashing } from '../../../core/hash.js';
import { signStatement } from '../../../core/signature/statement.js';
import { vectorCases } from '../vectors/cases.js';
import type { Platform } from '../vectors/platform.js';

/** What the page offers to the test that has opened it. */
export interface VectorsPage {
  /** @returns the title of each vector, and why it failed */
  run(): Promise<readonly (readonly [title: string, problem: string | undefined])[]>;
  /** Signs with a new key, whose private half it then tries to export. */
  sign(decision: Decision): Promise<{
    readonly bundle: string;
    readonly publicKeyPem: string;
    /** Whether the private half could be exported in each of two formats. */
    readonly exports: readonly string[];
  }>;
}

const platform: Platform = {
  hashing: portableHashing,
  verifier: webVerifier,
  newSigner: async () => webSigner(await generateWebKey()),
};

const page: VectorsPage = {
  async run() {
    const results: (readonly [string, string | undefined])[] = [];
    for (const each of vectorCases) {
      const problem = await Promise.resolve()
        .then(() => each.run(platform))
        .then(() => undefined, String);
      results.push([each.title, problem]);
    }
    return results;
  },
  async sign(decision) {
    const pair = await generateWebKey();
    const signer = await webSigner(pair);
    const { subtle } = globalThis.crypto;
    const attempts = await Promise.allSettled([
      subtle.exportKey('pkcs8', pair.privateKey),
      subtle.exportKey('jwk', pair.privateKey),
    ]);
    const bundle = await signStatement(decisionStatement(decision), signer);
    return { bundle, publicKeyPem: signer.publicKeyPem, exports: attempts.map(({ status }) => status) };
  },
};

Object.assign(globalThis, { vectors: page });
