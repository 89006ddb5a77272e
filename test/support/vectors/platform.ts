import type { Hashing } from '../../../core/hash.js';
import type { SignatureVerifier, StatementSigner } from '../../../core/signature/ports.js';
import type { VerifiedStatement } from '../../../core/signature/statement.js';

/** Hashes and signatures as one platform has them: what the test vectors are run against. */
export interface Platform {
  readonly hashing: Hashing;
  readonly verifier: SignatureVerifier;
  /** Verifies a bundle; by default with `verifier`. */
  readonly verifyStatement?: (bundle: Uint8Array, publicKeysPem: readonly string[]) => VerifiedStatement;
  /** A signer with a new key. */
  newSigner(): Promise<StatementSigner>;
}

/** One test vector; running it throws when a platform does not agree with it. */
export interface VectorCase {
  readonly title: string;
  run(platform: Platform): Promise<void> | void;
}
