import type { TenantStores } from '../../adapters/content-store/content-store.js';
import type { StatementSigner } from '../../core/signature/ports.js';
import { signPayload } from '../../adapters/sigstore/sign-statement.js';
import { describeStatement } from '../../core/evidence/describe.js';
import type { Statement } from '../../core/evidence/statement.js';
import { digestOf } from '../../core/hash.js';
import { findAttestation, type StoredAttestation } from '../../store/evidence/read.js';
import { type NewAttestation, registerAttestation } from '../../store/evidence/write.js';
import type { Database, Transaction } from '../../store/database.js';

/** The dependencies of signing. Each key of the sign queue has its own. */
export interface SigningDeps {
  readonly database: Database;
  readonly blobs: TenantStores;
  readonly signer: StatementSigner;
}

/** A statement to sign, with the exact bytes to be signed. */
export interface Signing extends Pick<NewAttestation, 'producedByRun' | 'subjects'> {
  readonly tenant: string;
  readonly statement: Statement;
  readonly payload: Uint8Array;
  /** Proves, in the transaction that registers the attestation, that it may be registered. @throws if not */
  readonly precondition?: (tx: Transaction) => Promise<unknown>;
}

/**
 * Signs and registers a statement once per key: repeating the call returns the first attestation. ECDSA signs the same
 * bytes differently each time, so a retried step may leave a second bundle in the content store; the first one
 * registered remains the only attestation.
 */
export async function signOnce(deps: SigningDeps, signing: Signing): Promise<StoredAttestation> {
  const { tenant, statement, payload, producedByRun, subjects } = signing;
  const { keyId } = deps.signer;
  const statementDigest = digestOf(payload);
  const known = await deps.database.transaction(tenant, (tx) => findAttestation(tx, statementDigest, keyId));
  if (known !== undefined) return known;
  const checksum = await deps.blobs.of(tenant).put(await signPayload(payload, deps.signer));
  const { kind, attributes } = describeStatement(statement);
  const { predicateType } = statement;
  const { attestation } = await deps.database.transaction(tenant, async (tx) => {
    await signing.precondition?.(tx);
    return registerAttestation(tx, {
      kind,
      predicateType,
      checksum,
      statementDigest,
      keyId,
      producedByRun,
      subjects,
      attributes,
    });
  });
  return attestation;
}
