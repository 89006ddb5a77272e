import { isStart } from '../../core/decision/verbs.js';
import { LanekeeperError } from '../../core/errors.js';
import { shortId, workflowIds } from '../../core/ids.js';
import { startCommand } from '../../core/promotion/next-commands.js';
import { hasEnded } from '../../core/promotion/state.js';
import { requireBundle } from '../../store/bundle/read.js';
import type { Transaction } from '../../store/database.js';
import { enrolledKeys, wasValid } from '../../store/identity/read.js';
import { requireRollbackTarget } from '../../store/lane/history.js';
import { lockLaneScene } from '../../store/lane/scene.js';
import { pinSnapshot } from '../../store/policy/write.js';
import { requireProduct } from '../../store/product/read.js';
import { openPromotionOf, promotionOfRun, requirePromotion, type StoredPromotion } from '../../store/promotion/read.js';
import { noRecords } from '../../store/promotion/records.js';
import { requireStartable } from '../../store/restriction/startable.js';
import { adoptPromotion, insertPromotion } from '../../store/promotion/write.js';
import { requireCaller } from '../caller.js';
import { asVerdict } from '../failures.js';
import { newestGates } from '../policy/newest-gates.js';
import { type Preparation, whenPrepared } from '../policy/preparation.js';
import { planStale } from '../policy/refuse-plan.js';
import { moveLimits, moveOn } from './advance.js';
import type { ControlDeps } from './deps.js';
import { type ExaminedStatement, examineStatement, refusedStart } from './examine-statement.js';
import { MovingPromotion } from './fixpoint.js';
import { pinPolicyForRequest } from './pin-policy.js';
import { registerStatement, useNonceOf } from './register-statement.js';
import { RunReplaced, whenOpen } from './replace-run.js';
import { type Answer, nothingSeen, type PromotionControlActivities } from './types.js';

type OpenInput = Parameters<PromotionControlActivities['openPromotion']>[0];

/** A run that begins: what it asks for, and the signed request that came with it. */
interface Beginning extends OpenInput {
  readonly workflowId: string;
  readonly sent: ExaminedStatement | undefined;
  /** The first run id of the run whose place it may take. */
  readonly replaces: string | undefined;
}

/**
 * Finds the record that a run works for and moves it as far as it goes: its own if it continues, was retried or reset;
 * one whose run has ended, which it adopts; else a new one. A start that fails leaves no rows, but its signed request is
 * used up: it must not start anything later, when nobody expects it.
 */
export async function openPromotion(
  deps: ControlDeps,
  input: OpenInput,
  options: { readonly signal?: AbortSignal; readonly budgetMs?: number },
): Promise<Answer> {
  const { tenant, product, lane, bundle, kind, request } = input;
  const { workflowId } = requireCaller(workflowIds.promotion(tenant, product, lane, bundle, kind));
  let sent: ExaminedStatement | undefined;
  try {
    return await whenPrepared(
      deps,
      tenant,
      async (known) => {
        sent =
          request === undefined
            ? undefined
            : await examineStatement(deps, tenant, { statement: request, frontDoor: 'START' }, known);
        return whenOpen(deps, (replaces) =>
          deps.database.transaction(
            tenant,
            (tx) => begin(deps, tx, { ...input, workflowId, sent, replaces }, known),
            moveLimits(options.signal),
          ),
        );
      },
      options.budgetMs,
    );
  } catch (error) {
    const verdict = asVerdict(error);
    if (verdict !== undefined && sent?.signed !== undefined) await burn(deps, tenant, sent, verdict);
    throw error;
  }
}

async function begin(deps: ControlDeps, tx: Transaction, run: Beginning, known: Preparation): Promise<Answer> {
  const context = { known, now: deps.now() };
  await requireProduct(tx, run.product);
  const scene = await lockLaneScene(tx, run);
  const move = async (promotion: StoredPromotion) => {
    scene.promotions.set(promotion.id, promotion);
    return moveOn(tx, scene, promotion.id, { stimulus: { type: 'woken' } }, context, nothingSeen);
  };
  const own = await promotionOfRun(tx, run.firstRunId);
  if (own !== undefined) {
    if (own.workflowId !== run.workflowId) throw notItsRun(run);
    return move(own);
  }
  const open =
    run.promotion === undefined
      ? await openPromotionOf(tx, run.workflowId)
      : await recordOf(tx, run.promotion, run.workflowId);
  if (open !== undefined) {
    // Temporal has one open run of a workflow id. If that is this one, the run of the record has ended.
    if (run.replaces !== open.firstRunId) throw new RunReplaced(open.firstRunId);
    scene.promotions.set(open.id, open);
    const left = await MovingPromotion.read(tx, scene, open.id);
    await left.settle({ gates: 'settled', runEnded: true }, context);
    if (!hasEnded(left.promotion.state)) return adopt(tx, run, left, move, context);
    if (run.promotion !== undefined) return move(left.promotion);
  }
  await requireObjects(tx, run);
  await requireStartable(tx, run, run.sent?.signed?.decision.principal, context.now);
  const live = [...scene.promotions.values()].find(({ state, bundle }) => state === 'LIVE' && bundle === run.bundle);
  if (live !== undefined) throw alreadyLive(run, live);
  const gates = await newestGates(tx, known, run);
  if ('problem' in gates) throw gates.problem;
  const opened = await insertPromotion(tx, { ...run, ...gates, policyDigest: await pinSnapshot(tx, gates) });
  scene.records.set(opened.id, noRecords);
  if (run.sent !== undefined) await acceptRequest(tx, opened, run.sent, context);
  const promotion = run.sent === undefined ? opened : await requirePromotion(tx, opened.id);
  if (run.kind !== 'PROMOTION' && promotion.requester === null) throw unsigned(run);
  return move(promotion);
}

async function recordOf(tx: Transaction, id: string, workflowId: string): Promise<StoredPromotion> {
  const promotion = await requirePromotion(tx, id);
  if (promotion.workflowId === workflowId) return promotion;
  throw new LanekeeperError('UNKNOWN_PROMOTION', {
    message: `promotion ${shortId(id)} is not one of ${workflowId}`,
    object: `promotion ${id}`,
  });
}

/** Goes on with a promotion whose run has ended. A signed request may still name the requester. */
async function adopt(
  tx: Transaction,
  run: Beginning,
  left: MovingPromotion,
  move: (promotion: StoredPromotion) => Promise<Answer>,
  context: { readonly known: Preparation; readonly now: Date },
): Promise<Answer> {
  const { promotion } = left;
  const adopted = await adoptPromotion(tx, promotion, run.firstRunId);
  if (run.sent === undefined || adopted.requester !== null) return move(adopted);
  await registerStatement(tx, await pinPolicyForRequest(tx, context.known, adopted, run.sent), run.sent, context);
  return move(await requirePromotion(tx, adopted.id));
}

async function requireObjects(tx: Transaction, run: Beginning): Promise<void> {
  const bundle = await requireBundle(tx, run.bundle);
  if (bundle.product !== run.product)
    throw new LanekeeperError('UNKNOWN_BUNDLE', {
      message: `bundle ${shortId(run.bundle)} belongs to product ${bundle.product}, not ${run.product}`,
      object: `bundle ${run.bundle}`,
      next: `lane get bundles --product ${run.product}`,
    });
  if (run.kind !== 'ROLLBACK') return;
  const target = await requireRollbackTarget(tx, run.product, run.lane);
  if (target === run.bundle) return;
  throw new LanekeeperError('CONFLICT', {
    message: `a rollback of ${run.lane} goes to ${shortId(target)}, not to ${shortId(run.bundle)}`,
    object: `lane ${run.product}/${run.lane}`,
    next: `lane rollback ${run.product} --lane ${run.lane}`,
  });
}

async function acceptRequest(
  tx: Transaction,
  promotion: StoredPromotion,
  sent: ExaminedStatement,
  context: { readonly known: Preparation; readonly now: Date },
): Promise<void> {
  const outcome = await registerStatement(tx, promotion, sent, context);
  if (outcome.accepted && isStart(outcome.verb)) return;
  const plan = sent.signed?.decision.plan;
  if (outcome.refusal?.code === 'PLAN_STALE' && plan !== undefined) throw planStale(outcome.refusal, plan, promotion);
  throw refusedStart(
    outcome.refusal ?? { code: 'DECISION_MISMATCH', reason: `its verb is ${outcome.verb}` },
    `request for ${promotion.lane} of ${promotion.product}`,
  );
}

/** Uses up the nonce of a request that started nothing. */
async function burn(
  deps: ControlDeps,
  tenant: string,
  { signed }: ExaminedStatement,
  { code, message, why }: LanekeeperError,
): Promise<void> {
  await deps.database.transaction(tenant, async (tx) => {
    const keys = await enrolledKeys(tx);
    const key = keys.find((one) => one.keyId === signed?.keyId && wasValid(one, deps.now()));
    if (key !== undefined && signed !== undefined)
      await useNonceOf(tx, signed, key, null, { code, reason: why ?? message });
  });
}

function notItsRun(run: Beginning): LanekeeperError {
  return new LanekeeperError('PERMISSION_DENIED', {
    message: `run ${run.firstRunId} is not a run of ${run.workflowId}`,
    object: run.workflowId,
  });
}

function alreadyLive({ lane, product }: Beginning, { id, bundle }: StoredPromotion): LanekeeperError {
  return new LanekeeperError('CONFLICT', {
    message: `bundle ${shortId(bundle)} is live in ${lane} of ${product} already`,
    object: `promotion ${id}`,
    next: `lane why ${shortId(id)}`,
  });
}

function unsigned({ kind, product, lane, bundle }: Beginning): LanekeeperError {
  return new LanekeeperError('PERMISSION_DENIED', {
    message: `a ${kind.toLowerCase()} needs a signed request`,
    object: `lane ${product}/${lane}`,
    why: 'nobody can be held accountable for an unsigned one',
    next: kind === 'ROLLBACK' ? `lane rollback ${product} --lane ${lane}` : startCommand({ kind, bundle, lane }),
  });
}
