import { signStatement } from '../../../core/signature/statement.js';
import type { StatementSigner } from '../../../core/signature/ports.js';
import { completeDecision, decisionValidity, type UnsignedDecision } from '../../../core/decision/prepare.js';
import { decisionStatement } from '../../../core/evidence/decision.js';
import { type RestrictionAct, restrictionStatement } from '../../../core/evidence/restriction-act.js';
import { utf8Of } from '../../../core/bytes.js';
import { serverNow } from '../connection/clock.js';

/** Who signs with the key of this browser. */
export interface OwnSigning {
  readonly signer: StatementSigner;
  readonly principal: string;
}

/** Signs a decision with the key of this browser. @returns the bytes of the Sigstore bundle, as the command line sends them */
export async function signDecision(
  decision: UnsignedDecision,
  { signer, principal }: OwnSigning,
): Promise<Uint8Array<ArrayBuffer>> {
  const complete = completeDecision(decision, {
    principal,
    nonce: crypto.randomUUID(),
    now: serverNow(),
    validForMs: decisionValidity.now,
  });
  return new Uint8Array(utf8Of(await signStatement(decisionStatement(complete), signer)));
}

/**
 * Signs what somebody does with a restriction. @param actOf what they do, from who says it and when
 * @returns the bytes of the Sigstore bundle
 */
export async function signRestriction(
  { signer, principal }: OwnSigning,
  actOf: (said: Pick<RestrictionAct, 'principal' | 'nonce' | 'issuedAt' | 'expiresAt'>) => RestrictionAct,
): Promise<Uint8Array<ArrayBuffer>> {
  const now = serverNow();
  const expiresAt = new Date(now.getTime() + decisionValidity.now).toISOString();
  const said = { principal, nonce: crypto.randomUUID(), issuedAt: now.toISOString(), expiresAt };
  return new Uint8Array(utf8Of(await signStatement(restrictionStatement(actOf(said)), signer)));
}
