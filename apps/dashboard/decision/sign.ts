import { signStatement } from '../../../core/signature/statement.js';
import type { StatementSigner } from '../../../core/signature/ports.js';
import { completeDecision, decisionValidity, type UnsignedDecision } from '../../../core/decision/prepare.js';
import { decisionStatement } from '../../../core/evidence/decision.js';
import { utf8Of } from '../../../core/bytes.js';
import { serverNow } from '../connection/clock.js';

/** Signs a decision with the key of this browser. @returns the bytes of the Sigstore bundle, as the command line sends them */
export async function signDecision(
  decision: UnsignedDecision,
  { signer, principal }: { readonly signer: StatementSigner; readonly principal: string },
): Promise<Uint8Array<ArrayBuffer>> {
  const complete = completeDecision(decision, {
    principal,
    nonce: crypto.randomUUID(),
    now: serverNow(),
    validForMs: decisionValidity.now,
  });
  return new Uint8Array(utf8Of(await signStatement(decisionStatement(complete), signer)));
}
