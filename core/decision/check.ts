import type { Digest } from '../digest.js';
import { type DecisionVerb, type Named, termsOf } from './verbs.js';
import type { ErrorCode } from '../errors.js';
import type { Decision } from '../evidence/decision.js';
import { refuseByTime } from '../evidence/validity.js';
import type { Lane } from '../lanes.js';
import { type Approver, type ApproverFacts, type ApproverRefusal, refusalOf } from '../policy/approvals.js';
import type { PolicySnapshot } from '../policy/model.js';
import type { PromotionKind, PromotionPhase } from '../promotion/state.js';

/** Why a decision does not count. */
export interface Refusal {
  readonly code: ErrorCode;
  readonly reason: string;
}

/** What a decision is checked against. */
export interface DecisionContext {
  readonly tenant: string;
  readonly product: string;
  readonly lane: Lane;
  readonly bundle: Digest;
  readonly kind: PromotionKind;
  readonly workflowId: string;
  readonly promotionId: string;
  readonly phase: PromotionPhase;
  readonly snapshot: PolicySnapshot;
  readonly policyDigest: Digest;
  /** Whose key made the signature, as enrolled. */
  readonly signer: Approver;
  readonly facts: ApproverFacts;
  /** Whether the facts named by the decision were shown for this promotion. */
  readonly factsWereShown: boolean;
  /** Why a window lets nobody approve now. */
  readonly approvalsClosed?: Refusal | undefined;
  readonly now: Date;
}

/**
 * Determines whether a decision with a valid signature counts here. The signature is checked beforehand, the nonce by
 * the database.
 *
 * @returns the refusal, or undefined when it counts
 */
export function refuseDecision(decision: Decision, context: DecisionContext): Refusal | undefined {
  return (
    refuseMismatch(decision, context) ??
    refuseByTime(decision, context.now) ??
    refuseVerb(decision.verb, context) ??
    refusePriority(decision, context.signer)
  );
}

/** Who may say that a promotion is more urgent than others. */
const hurriers = ['product-owner', 'release-manager', 'operator'];

function refusePriority({ priority }: Decision, { principal, roles }: Approver): Refusal | undefined {
  if (priority !== 'high' || roles.some((role) => hurriers.includes(role))) return undefined;
  return {
    code: 'PERMISSION_DENIED',
    reason: `${principal} has none of the roles ${hurriers.join(', ')} that may ask for high priority`,
  };
}

/** What a verb of a person is checked against, whatever else a statement names. */
export type VerbContext = Pick<DecisionContext, 'lane' | 'phase' | 'snapshot' | 'signer' | 'facts' | 'approvalsClosed'>;

/** Determines whether a person may say a verb about a promotion now: what a page and a command line show beforehand. */
export function refuseVerb(verb: DecisionVerb, context: VerbContext): Refusal | undefined {
  const refusal = refuseByState(verb, context) ?? refuseByPermission(verb, context);
  return refusal ?? (verb === 'approve' ? context.approvalsClosed : undefined);
}

function refuseMismatch(decision: Decision, context: DecisionContext): Refusal | undefined {
  const mismatch = (reason: string): Refusal => ({ code: 'DECISION_MISMATCH', reason });
  if (decision.principal !== context.signer.principal) {
    return {
      code: 'UNTRUSTED_SIGNER',
      reason: `it names ${decision.principal} but is signed with the key of ${context.signer.principal}`,
    };
  }
  if (decision.tenant !== context.tenant) return mismatch(`it is for tenant ${decision.tenant}, not ${context.tenant}`);
  if (decision.product !== context.product)
    return mismatch(`it is for product ${decision.product}, not ${context.product}`);
  if (decision.lane !== context.lane) return mismatch(`it is for lane ${decision.lane}, not ${context.lane}`);
  if (decision.bundle !== context.bundle) return mismatch('it is for another bundle');
  const { starts, names } = termsOf[decision.verb];
  if (starts !== undefined && starts !== context.kind)
    return mismatch(`its verb is ${decision.verb}, but this is a ${context.kind.toLowerCase()}`);
  const wrong = names.map((named) => refuseNamed[named](decision, context)).find((reason) => reason !== undefined);
  return wrong === undefined ? undefined : mismatch(wrong);
}

/** Why what a decision names is not what is decided here. */
const refuseNamed: Readonly<Record<Named, (decision: Decision, context: DecisionContext) => string | undefined>> = {
  promotion: ({ promotion }, { promotionId, workflowId }) =>
    promotion?.id === promotionId && promotion.workflowId === workflowId ? undefined : 'it is for another promotion',
  policySnapshot: ({ policySnapshot }, { policyDigest }) =>
    policySnapshot === policyDigest ? undefined : 'it was given under another policy snapshot',
  facts: ({ facts }, { factsWereShown }) =>
    facts !== undefined && factsWereShown ? undefined : 'the facts it names were never shown for this promotion',
};

function refuseByState(verb: DecisionVerb, context: VerbContext): Refusal | undefined {
  // The statement that starts a promotion is checked before there is a state.
  if (context.phase === 'REQUESTED' || termsOf[verb].phases.includes(context.phase)) return undefined;
  return { code: 'WRONG_STATE', reason: `${verb} is not possible while the promotion is ${context.phase}` };
}

function refuseByPermission(verb: DecisionVerb, context: VerbContext): Refusal | undefined {
  return termsOf[verb].right.who === 'approvers'
    ? refuseApprover(context)
    : refuseByRole(verb, context.signer, context.facts.requester?.principal);
}

/** Why somebody's roles do not let them say a verb; those of approvers are a matter of the policy. */
export function refuseByRole(verb: DecisionVerb, signer: Approver, requester?: string): Refusal | undefined {
  const { right } = termsOf[verb];
  if (right.who === 'approvers' || (right.orRequester && requester === signer.principal)) return undefined;
  if (signer.roles.some((role) => right.roles.includes(role))) return undefined;
  const does = verb === 'rollback' ? 'roll back' : verb === 'hotfix' ? 'start a hotfix' : verb;
  return {
    code: 'PERMISSION_DENIED',
    reason: `${signer.principal} has none of the roles ${right.roles.join(', ')} that may ${does}`,
  };
}

function refuseApprover(context: VerbContext): Refusal | undefined {
  const reasons: (ApproverRefusal | undefined)[] = context.snapshot.gates.flatMap(({ approvals, ...gate }) =>
    approvals === undefined ? [] : [refusalOf({ ...gate, approvals }, context.signer, context.facts)],
  );
  if (reasons.length === 0) return { code: 'WRONG_STATE', reason: `${context.lane} needs no approvals` };
  return reasons.includes(undefined) ? undefined : reasons[0];
}
