import { signStatement } from '../../adapters/sigstore/sign-statement.js';
import type { StatementSigner } from '../../core/signature/ports.js';
import type { EnrolmentChange } from '../../core/enrolment/change.js';
import type { Digest } from '../../core/digest.js';
import { type EnrolmentSaid, enrolmentStatement } from '../../core/evidence/enrolment.js';
import type { Engine } from './engine.js';
import { signerOf } from './sealed-bundle.js';

/** What a person says, without what signing adds. */
export type Saying =
  | { readonly verb: 'request'; readonly change: EnrolmentChange }
  | { readonly verb: 'approve' | 'reject'; readonly enrolment: Digest };

/** A statement of a person about who is who, signed with their key or another. */
export async function signEnrolment(
  { dataDir }: Pick<Engine, 'dataDir'>,
  person: string,
  saying: Saying,
  changes: Partial<Pick<EnrolmentSaid, 'tenant' | 'nonce' | 'issuedAt' | 'expiresAt'>> = {},
  signer?: StatementSigner,
): Promise<Buffer<ArrayBuffer>> {
  const said: EnrolmentSaid = {
    ...saying,
    principal: person,
    tenant: 'default',
    nonce: crypto.randomUUID(),
    issuedAt: new Date(Date.now() - 1_000).toISOString(),
    expiresAt: new Date(Date.now() + 3_600_000).toISOString(),
    ...changes,
  };
  const key = signer ?? (await signerOf(dataDir, 'identities', person));
  return Buffer.from(await signStatement(enrolmentStatement(said), key));
}
