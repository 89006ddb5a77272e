import { bundleToJSON } from '@sigstore/bundle';
import { DSSEBundleBuilder } from '@sigstore/sign';
import { payloadType, type Statement, statementBytes } from '../../core/evidence/statement.js';
import { canonicalJson } from '../../core/hash.js';
import type { StatementSigner } from './keys.js';

/**
 * Signs an in-toto statement: a DSSE envelope in a Sigstore bundle v0.3. The key hint stays empty, because `cosign`
 * refuses an envelope with a key id when it is given a plain public key.
 * @returns the bundle's JSON, the bytes that are stored and that `cosign verify-blob-attestation --bundle` reads
 */
export async function signStatement(statement: Statement, signer: StatementSigner): Promise<Buffer> {
  return signPayload(statementBytes(statement), signer);
}

/** Signs the bytes of a statement that is already stored. */
export async function signPayload(payload: Uint8Array, signer: StatementSigner): Promise<Buffer> {
  const builder = new DSSEBundleBuilder({
    signer: {
      sign: (data) =>
        Promise.resolve({ signature: signer.sign(data), key: { $case: 'publicKey', publicKey: signer.publicKeyPem } }),
    },
    witnesses: [],
  });
  const bundle = await builder.create({ data: Buffer.from(payload), type: payloadType });
  return Buffer.from(canonicalJson(bundleToJSON(bundle)), 'utf8');
}
