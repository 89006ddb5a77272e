import type { Statement } from '../../core/evidence/statement.js';
import type { StatementSigner } from '../../core/signature/ports.js';
import * as portable from '../../core/signature/statement.js';

/** Signs an in-toto statement. @returns the bytes of the Sigstore bundle */
export async function signStatement(statement: Statement, signer: StatementSigner): Promise<Buffer> {
  return Buffer.from(await portable.signStatement(statement, signer), 'utf8');
}

/** Signs the bytes of a statement that is already stored. @returns the bytes of the Sigstore bundle */
export async function signPayload(payload: Uint8Array, signer: StatementSigner): Promise<Buffer> {
  return Buffer.from(await portable.signPayload(payload, signer), 'utf8');
}
