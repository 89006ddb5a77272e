import { create } from '@bufbuild/protobuf';
import { refuseByRole } from '../../../core/decision/check.js';
import type { Digest } from '../../../core/digest.js';
import { LanekeeperError } from '../../../core/errors.js';
import { shortId } from '../../../core/ids.js';
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
import { resolveBundle } from '../../../store/resolve-id.js';
import { approverOf } from '../case/approver.js';
import { bounded, toLane } from '../convert.js';
import { toVerb } from './convert.js';

/**
 * What a person may start in lanes: promotions of a bundle, or rollbacks of a product. The roles are judged by the rule
 * that is applied when they do it; whether gates pass is another question, which a plan answers.
 *
 * @throws INVALID_INPUT, UNKNOWN_BUNDLE, UNKNOWN_PRODUCT
 */
export async function listLaneActions(
  tx: Transaction,
  of: ListLaneActionsRequest['of'],
  person: StoredPrincipal,
): Promise<LaneAction[]> {
  if (of.case === undefined)
    throw new LanekeeperError('INVALID_INPUT', {
      message: 'neither a bundle nor a product is named',
      next: 'name one of them',
    });
  if (of.case === 'product') {
    await requireProduct(tx, of.value);
    return (await lanesOf(tx, of.value)).map((lane) => rollbackOf(lane, person));
  }
  const { digest, product } = await requireBundle(tx, await resolveBundle(tx, of.value));
  return (await lanesOf(tx, product)).map((lane) => requestOf(lane, digest, person));
}

async function lanesOf(tx: Transaction, product: string): Promise<readonly LaneView[]> {
  return (await listLanes(tx, { ...allLanes, product }, { size: 1, token: '' })).items;
}

function requestOf(view: LaneView, bundle: Digest, person: StoredPrincipal): LaneAction {
  const { lane, product, live, open } = view;
  const own = open.find((each) => each.bundle === bundle && each.kind === 'PROMOTION');
  const isLive = live?.bundle === bundle;
  const state = own !== undefined ? `it is on its way there: ${own.state}` : isLive ? 'it is live there' : undefined;
  return create(LaneActionSchema, {
    lane: toLane(lane),
    product,
    verb: toVerb('request'),
    bundleDigest: bundle,
    ...judged(state ?? refuseByRole('request', approverOf(person))?.reason),
    command: `lane promote ${shortId(bundle)} --to ${lane}`,
    promotionId: own?.id ?? (isLive ? live.promotionId : ''),
  });
}

function rollbackOf(view: LaneView, person: StoredPrincipal): LaneAction {
  const { lane, product, live, previous, open } = view;
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
    ...judged(state ?? refuseByRole('rollback', approverOf(person))?.reason),
    command: `lane rollback ${product} --lane ${lane} --reason TEXT`,
    promotionId: own?.id ?? '',
  });
}

function judged(whyNot: string | undefined): { readonly possible: boolean; readonly whyNot: string } {
  return { possible: whyNot === undefined, whyNot: bounded(whyNot, 1000) };
}
