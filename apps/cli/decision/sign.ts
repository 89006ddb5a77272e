import { randomUUID } from 'node:crypto';
import { loadSignerFile } from '../../../adapters/sigstore/keys.js';
import { signStatement } from '../../../adapters/sigstore/sign-statement.js';
import { completeDecision, type UnsignedDecision } from '../../../core/decision/prepare.js';
import { decisionStatement } from '../../../core/evidence/decision.js';
import type { Statement } from '../../../core/evidence/statement.js';
import type { Validity } from '../../../core/evidence/validity.js';
import type { Context } from '../program/context.js';

/** Signs a decision with the person's own key, on their own machine. @returns the bytes of the Sigstore bundle */
export async function signDecision(context: Context, decision: UnsignedDecision, validForMs: number): Promise<Buffer> {
  const by = { principal: context.person, nonce: randomUUID(), now: context.now(), validForMs };
  return signWithOwnKey(context, decisionStatement(completeDecision(decision, by)));
}

/** How long a statement that is submitted at once may be under way, in milliseconds. */
const validityMs = 3_600_000;

/** What every statement says that is submitted at once: who says it, where, once, and when. */
export async function saidNow(context: Context): Promise<Validity & Record<'principal' | 'tenant' | 'nonce', string>> {
  const { tenant } = await (await context.api()).identity.whoAmI({});
  const now = context.now();
  return {
    ...{ principal: context.person, tenant, nonce: randomUUID(), issuedAt: now.toISOString() },
    expiresAt: new Date(now.getTime() + validityMs).toISOString(),
  };
}

/** Signs a statement with the person's own key. @returns the bytes of the Sigstore bundle */
export async function signWithOwnKey(context: Context, statement: Statement): Promise<Buffer> {
  return signStatement(statement, await loadSignerFile(context.identity().keyFile));
}
