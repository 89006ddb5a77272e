import { randomUUID } from 'node:crypto';
import { LanekeeperError } from '../../../core/errors.js';
import { type PolicyAct, policyActStatement } from '../../../core/evidence/policy-act.js';
import { digestOfText } from '../../../core/governance/document.js';
import type { PolicyVersion } from '#gen/governance/v1/governance_service_pb.js';
import { signWithOwnKey } from '../decision/sign.js';
import type { Context } from '../program/context.js';

/** How long a statement may be under way, in milliseconds. */
const validForMs = 3_600_000;

/** What comes with a draft. */
export interface DraftTexts {
  readonly text: string;
  /** Its tests; empty for none. */
  readonly tests: string;
}

/** Does something with a version, signed with the person's own key. @param texts what comes with a draft */
export async function signAct(
  context: Context,
  act: Pick<PolicyAct, 'verb' | 'document' | 'comment' | 'published'>,
  { text, tests }: DraftTexts = { text: '', tests: '' },
): Promise<PolicyVersion> {
  const { identity, governance } = await context.api();
  const { tenant } = await identity.whoAmI({});
  const now = context.now();
  const statement = policyActStatement({
    ...act,
    ...(tests !== '' && { tests: digestOfText(tests) }),
    principal: context.person,
    tenant,
    nonce: randomUUID(),
    issuedAt: now.toISOString(),
    expiresAt: new Date(now.getTime() + validForMs).toISOString(),
  });
  const { version } = await governance.submitPolicyAct({
    signedStatement: await signWithOwnKey(context, statement),
    ...{ text, tests },
  });
  if (version !== undefined) return version;
  throw new LanekeeperError('INTERNAL', { message: 'the API said nothing about the version', next: 'lane doctor' });
}
