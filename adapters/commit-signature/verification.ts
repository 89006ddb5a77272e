/** What verifying signatures needs. */
export interface SignatureDeps {
  /** The environment of the programs that verify, see `childEnvironment`. */
  readonly env: Readonly<Record<string, string>>;
  /** An empty folder, for the files that they read. */
  readonly scratch: string;
  readonly signal?: AbortSignal;
}

/** A key that signs commits. */
export interface CommitKey {
  readonly fingerprint: string;
  readonly format: 'ssh' | 'openpgp';
  readonly publicKey: string;
}

/** What verifying found: whose key made the signature, or why that cannot be said. */
export type Verification = { readonly fingerprint: string } | { readonly problem: string };
