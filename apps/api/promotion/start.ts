import { whenPrepared } from '../../../activities/policy/preparation.js';
import { planStale, refusePlan } from '../../../activities/policy/refuse-plan.js';
import { unverifiedStatement } from '../../../adapters/sigstore/verify-statement.js';
import { type Digest, parseDigest } from '../../../core/digest.js';
import { LanekeeperError } from '../../../core/errors.js';
import type { Decision } from '../../../core/evidence/decision.js';
import { parseDecisionStatement } from '../../../core/evidence/read-decision.js';
import { shortId, workflowIds } from '../../../core/ids.js';
import type { Lane } from '../../../core/lanes.js';
import { scheduleIn } from '../../../core/promotion/schedule.js';
import { describePromotion } from '../../../core/run-description.js';
import { hasEnded, isGating, type PromotionKind } from '../../../core/promotion/state.js';
import { requireBundle } from '../../../store/bundle/read.js';
import { requireRollbackTarget } from '../../../store/lane/history.js';
import { requireProduct } from '../../../store/product/read.js';
import { openPromotionOf, requirePromotion } from '../../../store/promotion/read.js';
import { requireStartable } from '../../../store/restriction/startable.js';
import {
  decideUpdate,
  openedUpdate,
  type PromotionInput,
  promotionWorkflowType,
} from '../../../workflows/promotion/contract.js';
import type { Caller } from '../identity/caller.js';
import type { ApiDeps } from '../deps.js';
import { parseSigned } from '../evidence/signed-statement.js';
import { startOrJoin } from '../start-workflow.js';
import { sendDecision } from '../decision/send.js';

/** A signed request for a promotion or a rollback. */
export interface PromotionRequest {
  readonly product: string;
  readonly lane: Lane;
  readonly bundleDigest: string;
  readonly kind: PromotionKind;
  readonly signedRequest: Uint8Array;
}

/** A promotion that was started or joined. */
export interface StartedPromotion {
  readonly workflowId: string;
  readonly promotionId: string;
  /** Whether it was running already. */
  readonly joined: boolean;
}

/**
 * Starts the promotion workflow, or joins the open run, and passes on the signed request either way. Errors that need
 * no decision are thrown at once; everything else is up to the workflow.
 */
export async function startPromotion(
  deps: ApiDeps,
  caller: Caller,
  requested: PromotionRequest,
  signal: AbortSignal,
): Promise<StartedPromotion> {
  const bundle = parseDigest(requested.bundleDigest, 'bundle_digest');
  const request = parseSigned(requested.signedRequest);
  await requireObjects(deps, caller, { ...requested, bundle });
  await requirePlan(deps, caller, { ...requested, bundle });
  const { product, lane, kind } = requested;
  const input: PromotionInput = { tenant: caller.tenant, product, lane, bundle, kind, request };
  const workflowId = workflowIds.promotion(caller.tenant, product, lane, bundle, kind);
  const run = await startOrJoin(
    deps.client,
    {
      ...{ workflowType: promotionWorkflowType, workflowId, input, opened: openedUpdate },
      description: describePromotion(input),
      isOver: ({ state }) => hasEnded(state),
    },
    signal,
  );
  const promotion = await deps.database.transaction(caller.tenant, (tx) => requirePromotion(tx, run.reply.promotionId));
  // The answer is a message, and the record is what counts.
  if (promotion.workflowId !== workflowId) throw otherRecord(workflowId);
  const started = { workflowId, promotionId: promotion.id, joined: run.joined };
  if (!run.joined) return started;
  // A run that was started without a signed request gets this one; a run that has a requester needs no second one.
  if (promotion.requester === null && isGating(promotion.state)) {
    await sendDecision(deps, caller, {
      promotionId: promotion.id,
      signed: requested.signedRequest,
      update: decideUpdate,
    });
  }
  return started;
}

function otherRecord(workflowId: string): LanekeeperError {
  return new LanekeeperError('CONFLICT', {
    message: `the run of ${workflowId} answers for another promotion`,
    object: workflowId,
    next: 'lane doctor, then lane get promotions',
  });
}

/**
 * Refuses early what names a plan that does not hold. What the request says is not verified here: whoever decides verifies
 * it, and reads everything anew.
 *
 * @throws PLAN_STALE
 */
async function requirePlan(
  deps: ApiDeps,
  { tenant }: Caller,
  { product, lane, kind, bundle, signedRequest }: PromotionRequest & { readonly bundle: Digest },
): Promise<void> {
  const claimed = claimedBy(signedRequest);
  const plan = claimed?.plan;
  if (claimed === undefined || plan === undefined) return;
  const planned = { product, lane, bundle, kind, requester: claimed.principal, schedule: scheduleIn(claimed) };
  const refusal = await whenPrepared(deps, tenant, (known) =>
    deps.database.transaction(tenant, async (tx) => {
      // A run that is open already judges the request by itself, or has one.
      const open = await openPromotionOf(tx, workflowIds.promotion(tenant, product, lane, bundle, kind));
      return open === undefined ? refusePlan(tx, known, plan, planned, deps.now()) : undefined;
    }),
  );
  if (refusal !== undefined) throw planStale(refusal, plan, planned);
}

/** What a request says, unverified; nothing where it is no request. */
function claimedBy(signedRequest: Uint8Array): Decision | undefined {
  try {
    return parseDecisionStatement(unverifiedStatement(signedRequest).statement);
  } catch {
    // Whoever decides says what is wrong with it.
    return undefined;
  }
}

async function requireObjects(
  deps: ApiDeps,
  caller: Caller,
  requested: PromotionRequest & { readonly bundle: Digest },
): Promise<void> {
  await deps.database.transaction(caller.tenant, async (tx) => {
    await requireProduct(tx, requested.product);
    const bundle = await requireBundle(tx, requested.bundle);
    if (bundle.product !== requested.product) {
      throw new LanekeeperError('UNKNOWN_BUNDLE', {
        message: `bundle ${shortId(requested.bundle)} belongs to product ${bundle.product}, not ${requested.product}`,
        object: `bundle ${requested.bundle}`,
        next: `lane get bundles --product ${requested.product}`,
      });
    }
    await requireStartable(tx, requested, caller.principal.name, deps.now());
    if (requested.kind === 'ROLLBACK') await requireRollbackTarget(tx, requested.product, requested.lane);
  });
}
