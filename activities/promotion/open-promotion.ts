import { LanekeeperError } from '../../core/errors.js';
import { shortId } from '../../core/ids.js';
import { snapshotPolicy } from '../../core/policy/model.js';
import type { PromotionIdentity } from '../../core/promotion/state.js';
import { requireBundle } from '../../store/bundle/read.js';
import type { Transaction } from '../../store/database.js';
import { requireRollbackTarget } from '../../store/lane/history.js';
import { pinSnapshot } from '../../store/policy/write.js';
import { requireProduct } from '../../store/product/read.js';
import { requirePromotion } from '../../store/promotion/read.js';
import { insertPromotion, setRequester } from '../../store/promotion/write.js';
import { judgeStatement, recordJudgement } from './register-decision.js';
import type { ControlDeps } from './deps.js';
import type { PromotionControlActivities } from './types.js';

type OpenInput = Parameters<PromotionControlActivities['openPromotion']>[0];

/** Opens the record of a promotion in one transaction: a failure leaves no rows. */
export async function openPromotion(deps: ControlDeps, input: OpenInput): Promise<PromotionIdentity> {
  const policy = await deps.policies.policyOf(input.product);
  return deps.database.transaction(input.tenant, async (tx) => {
    await requireProduct(tx, input.product);
    await requireOwnBundle(tx, input);
    if (input.kind === 'ROLLBACK') await requireTarget(tx, input);
    const policyDigest = await pinSnapshot(tx, snapshotPolicy(policy, input.product, input.lane, input.kind));
    const fresh = await insertPromotion(tx, { ...input, id: input.promotionId, policyDigest });
    if (fresh && input.request !== undefined) await acceptRequest(deps, tx, input);
    const stored = await requirePromotion(tx, input.promotionId);
    if (fresh && input.kind === 'ROLLBACK' && stored.requester === null) {
      throw new LanekeeperError('PERMISSION_DENIED', {
        message: 'a rollback needs a signed request',
        object: `lane ${input.product}/${input.lane}`,
        why: 'nobody can be held accountable for an unsigned one',
        next: `lane rollback ${input.product} --lane ${input.lane}`,
      });
    }
    const { tenant, product, lane, bundle, kind, promotionId } = input;
    return { tenant, product, lane, bundle, kind, promotionId, policyDigest: stored.policyDigest };
  });
}

async function requireOwnBundle(tx: Transaction, input: OpenInput): Promise<void> {
  const bundle = await requireBundle(tx, input.bundle);
  if (bundle.product === input.product) return;
  throw new LanekeeperError('UNKNOWN_BUNDLE', {
    message: `bundle ${shortId(input.bundle)} belongs to product ${bundle.product}, not ${input.product}`,
    object: `bundle ${input.bundle}`,
    next: `lane get bundles --product ${input.product}`,
  });
}

async function requireTarget(tx: Transaction, input: OpenInput): Promise<void> {
  const target = await requireRollbackTarget(tx, input.product, input.lane);
  if (target === input.bundle) return;
  throw new LanekeeperError('CONFLICT', {
    message: `a rollback of ${input.lane} goes to ${shortId(target)}, not to ${shortId(input.bundle)}`,
    object: `lane ${input.product}/${input.lane}`,
    next: `lane rollback ${input.product} --lane ${input.lane}`,
  });
}

async function acceptRequest(deps: ControlDeps, tx: Transaction, input: OpenInput): Promise<void> {
  const promotion = await requirePromotion(tx, input.promotionId);
  const judgement = await judgeStatement(deps, tx, promotion, {
    phase: 'REQUESTED',
    statement: input.request,
    frontDoor: 'START',
  });
  const { refusal, decision } = judgement;
  if (
    refusal === undefined &&
    decision !== undefined &&
    (decision.verb === 'request' || decision.verb === 'rollback')
  ) {
    const attestationId = await recordJudgement(deps, tx, promotion, judgement);
    await setRequester(tx, promotion.id, { principal: decision.principal, attestationId });
    return;
  }
  throw new LanekeeperError(refusal?.code ?? 'DECISION_MISMATCH', {
    message: 'the signed request was refused',
    object: `request for ${input.lane} of ${input.product}`,
    why: refusal?.reason ?? `its verb is ${decision?.verb ?? 'unknown'}`,
    next: 'sign a new one: lane promote, or lane promote --print for the Temporal command line',
  });
}
