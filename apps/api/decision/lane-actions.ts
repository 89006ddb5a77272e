import { create } from '@bufbuild/protobuf';
import { newestGates } from '../../../activities/policy/newest-gates.js';
import type { Preparation } from '../../../activities/policy/preparation.js';
import { startOf } from '../../../core/decision/verbs.js';
import type { Digest } from '../../../core/digest.js';
import { LanekeeperError } from '../../../core/errors.js';
import { startCommand } from '../../../core/promotion/next-commands.js';
import type { PromotionKind } from '../../../core/promotion/state.js';
import { refuseStart, whileClosed } from '../../../core/restriction/refusals.js';
import {
  type LaneAction,
  LaneActionSchema,
  type ListLaneActionsRequest,
} from '#gen/governance/v1/decision_service_pb.js';
import { requireBundle } from '../../../store/bundle/read.js';
import type { Transaction } from '../../../store/database.js';
import type { StoredPrincipal } from '../../../store/identity/read.js';
import { allLanes, listLanes } from '../../../store/lane/list.js';
import type { LaneView } from '../../../store/lane/read.js';
import { requireProduct } from '../../../store/product/read.js';
import { restrictionsOn } from '../../../store/restriction/read.js';
import { resolveBundle } from '../../../store/resolve-id.js';
import { bounded, toLane } from '../convert.js';
import { toVerb } from './convert.js';
import { refusedByRole } from './refused-by-role.js';

/**
 * What a person may start in lanes: promotions of a bundle, or rollbacks of a product. Lanes and roles are judged by the
 * rules that are applied when they do it; whether gates pass is another question, which a plan answers.
 *
 * @throws INVALID_INPUT, UNKNOWN_BUNDLE, UNKNOWN_PRODUCT; Unprepared when the rules have not been verified yet
 */
export async function listLaneActions(
  tx: Transaction,
  known: Preparation,
  of: ListLaneActionsRequest['of'],
  person: StoredPrincipal,
  now: Date,
): Promise<LaneAction[]> {
  if (of.case === undefined)
    throw new LanekeeperError('INVALID_INPUT', {
      message: 'neither a bundle nor a product is named',
      next: 'name one of them',
    });
  if (of.case === 'product') {
    await requireProduct(tx, of.value);
    const views = await lanesOf(tx, of.value);
    return (await ruled(tx, known, views, { kind: 'ROLLBACK', person, now })).map((lane) => rollbackOf(lane));
  }
  const { digest, product } = await requireBundle(tx, await resolveBundle(tx, of.value));
  const views = await lanesOf(tx, product);
  const actions: LaneAction[] = [];
  for (const kind of ['PROMOTION', 'HOTFIX'] as const)
    for (const lane of await ruled(tx, known, views, { kind, bundle: digest, person, now }))
      actions.push(entryOf(lane, kind, digest));
  return actions;
}

/** A lane, and why nothing can be started there by the rules in force, in the words in which a start is refused. */
interface RuledLane extends LaneView {
  readonly closed: string | undefined;
  /** Why the person's roles do not let them start it, and whom they can ask. */
  readonly refused: string | undefined;
  /** What becomes of what is started while the lane is closed; empty while it is open. */
  readonly notice: string;
}

/** What somebody wants to start. */
interface Wanted {
  readonly kind: PromotionKind;
  /** Absent for a rollback, which goes to what was live before. */
  readonly bundle?: Digest;
  readonly person: StoredPrincipal;
  readonly now: Date;
}

/** A lane, and the restrictions on it. */
interface RestrictedLane extends LaneView {
  readonly restrictions: Awaited<ReturnType<typeof restrictionsOn>>;
}

async function lanesOf(tx: Transaction, product: string): Promise<readonly RestrictedLane[]> {
  const { items } = await listLanes(tx, { ...allLanes, product }, { size: 1, token: '' });
  const lanes: RestrictedLane[] = [];
  for (const view of items) lanes.push({ ...view, restrictions: await restrictionsOn(tx, view) });
  return lanes;
}

async function ruled(
  tx: Transaction,
  known: Preparation,
  views: readonly RestrictedLane[],
  { kind, bundle, person, now }: Wanted,
): Promise<readonly RuledLane[]> {
  const lanes: RuledLane[] = [];
  const refused = await refusedByRole(tx, startOf(kind), person);
  for (const { restrictions, ...view } of views) {
    const newest = await newestGates(tx, known, { product: view.product, lane: view.lane, kind });
    const target = bundle ?? view.previous;
    const refusal =
      target === undefined ? undefined : refuseStart(restrictions, { ...view, kind, bundle: target }, person, now);
    lanes.push({
      ...view,
      refused,
      closed: 'problem' in newest ? wordsOfProblem(newest.problem) : refusal?.reason,
      notice: whileClosed(restrictions, { product: view.product, lane: view.lane, kind, invoker: person }, now),
    });
  }
  return lanes;
}

function wordsOfProblem({ message, why }: LanekeeperError): string {
  return why === undefined ? message : `${message}: ${why}`;
}

function entryOf(view: RuledLane, kind: 'PROMOTION' | 'HOTFIX', bundle: Digest): LaneAction {
  const { lane, product, live, open, closed } = view;
  const verb = startOf(kind);
  const own = open.find((each) => each.bundle === bundle && each.kind === kind);
  const isLive = live?.bundle === bundle;
  const state = own !== undefined ? `it is on its way there: ${own.state}` : isLive ? 'it is live there' : undefined;
  return create(LaneActionSchema, {
    lane: toLane(lane),
    product,
    verb: toVerb(verb),
    bundleDigest: bundle,
    ...judged(state ?? closed ?? view.refused),
    notice: view.notice,
    command: startCommand({ kind, bundle, lane }),
    promotionId: own?.id ?? (isLive ? live.promotionId : ''),
  });
}

function rollbackOf(view: RuledLane): LaneAction {
  const { lane, product, live, previous, open, closed } = view;
  const own = open.find(({ kind }) => kind === 'ROLLBACK');
  const state =
    own !== undefined
      ? `a rollback is under way: ${own.state}`
      : previous === undefined
        ? live === undefined
          ? 'nothing is live there'
          : 'there is nothing to go back to: every other bundle that was live here was rolled back, or there was none; promote one instead'
        : undefined;
  return create(LaneActionSchema, {
    lane: toLane(lane),
    product,
    verb: toVerb('rollback'),
    bundleDigest: previous ?? '',
    ...judged(state ?? closed ?? view.refused),
    notice: view.notice,
    command: `lane rollback ${product} --lane ${lane} --reason TEXT`,
    promotionId: own?.id ?? '',
  });
}

function judged(whyNot: string | undefined): { readonly possible: boolean; readonly whyNot: string } {
  return { possible: whyNot === undefined, whyNot: bounded(whyNot, 1000) };
}
