import type { Digest } from '../digest.js';
import type { Hashing } from '../hash.js';
import type { Manifest } from '../release/manifest.js';
import type { SignatureVerifier } from '../signature/ports.js';
import type { VerificationReport } from './report.js';
import type { TrustedKeys } from './trust.js';

/** What the checks of one folder work with. */
export interface Checking {
  readonly report: VerificationReport;
  readonly manifest: Manifest;
  readonly keys: TrustedKeys;
  readonly verifier: SignatureVerifier;
  readonly hashing: Hashing;
  /** The bytes of a blob, hashed again. @throws BundleProblem */
  readonly blob: (digest: Digest, limitBytes: number) => Promise<Uint8Array>;
}
