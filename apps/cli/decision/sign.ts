import { randomUUID } from 'node:crypto';
import { loadSignerFile } from '../../../adapters/sigstore/keys.js';
import { signStatement } from '../../../adapters/sigstore/sign-statement.js';
import { type Decision, decisionStatement } from '../../../core/evidence/decision.js';
import type { Statement } from '../../../core/evidence/statement.js';
import type { Context } from '../program/context.js';

/** A decision without what signing adds: the principal, the times and the nonce. */
export type UnsignedDecision = Omit<Decision, 'principal' | 'nonce' | 'issuedAt' | 'expiresAt'>;

/** How long a decision is valid, in milliseconds: sent at once, and written to a file to be sent later. */
export const validity = { now: 3_600_000, later: 24 * 3_600_000 } as const;

/** Signs a decision with the person's own key, on their own machine. @returns the bytes of the Sigstore bundle */
export async function signDecision(context: Context, decision: UnsignedDecision, validForMs: number): Promise<Buffer> {
  const now = context.now();
  const complete: Decision = {
    ...decision,
    principal: context.person,
    nonce: randomUUID(),
    issuedAt: now.toISOString(),
    expiresAt: new Date(now.getTime() + validForMs).toISOString(),
  };
  return signWithOwnKey(context, decisionStatement(complete));
}

/** Signs a statement with the person's own key. @returns the bytes of the Sigstore bundle */
export async function signWithOwnKey(context: Context, statement: Statement): Promise<Buffer> {
  return signStatement(statement, await loadSignerFile(context.identity().keyFile));
}
