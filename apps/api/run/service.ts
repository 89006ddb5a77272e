import { create } from '@bufbuild/protobuf';
import type { ServiceImpl } from '@connectrpc/connect';
import { LanekeeperError } from '../../../core/errors.js';
import {
  HistoryState,
  type ListRunHistoriesRequest,
  type RunHistory as RunHistoryMessage,
  RunHistorySchema,
  type RunService,
  RunStatus,
} from '#gen/workflows_runtime/v1/run_service_pb.js';
import type { Transaction } from '../../../store/database.js';
import { requireProduct } from '../../../store/product/read.js';
import { resolvePromotion, resolveRelease, resolveRun } from '../../../store/resolve-id.js';
import { findRunHistory, listRunHistories, type RunHistory, type WorkedFor } from '../../../store/run/list.js';
import { instant, requireLane, toLane } from '../convert.js';
import type { ApiDeps } from '../deps.js';
import { requireCaller } from '../identity/caller.js';
import { createStoryReader } from './story.js';

/** Runs of workflows, and their histories. The content of one is a blob of the tenant, like any other. */
export function createRunService(deps: ApiDeps): ServiceImpl<typeof RunService> {
  const { database } = deps;
  const readStory = createStoryReader(deps);
  return {
    async listRunHistories(request, context) {
      const { tenant } = requireCaller(context);
      const page = await database.transaction(tenant, async (tx) =>
        listRunHistories(tx, await workedForIn(tx, request), { size: request.pageSize, token: request.pageToken }),
      );
      return { histories: page.items.map(toMessage), nextPageToken: page.nextToken };
    },
    async getRunHistory(request, context) {
      const { tenant } = requireCaller(context);
      return database.transaction(tenant, async (tx) => {
        const history = await findRunHistory(tx, await resolveRun(tx, request.runId));
        return history === undefined ? {} : { history: toMessage(history) };
      });
    },
    async getRunStory(request, context) {
      const { tenant } = requireCaller(context);
      const history = await database.transaction(tenant, async (tx) =>
        findRunHistory(tx, await resolveRun(tx, request.runId)),
      );
      return history === undefined ? {} : readStory(tenant, history);
    },
  };
}

async function workedForIn(tx: Transaction, { of }: ListRunHistoriesRequest): Promise<WorkedFor> {
  switch (of.case) {
    case 'promotionId':
      return { promotionId: await resolvePromotion(tx, of.value) };
    case 'releaseId':
      return { releaseId: await resolveRelease(tx, of.value) };
    case 'lane': {
      const { name } = await requireProduct(tx, of.value.product);
      return { product: name, lane: requireLane(of.value.lane) };
    }
    default:
      throw new LanekeeperError('INVALID_INPUT', {
        message: 'nothing is named whose runs to list',
        next: 'name a promotion, a release, or a lane of a product',
      });
  }
}

function toMessage(history: RunHistory): RunHistoryMessage {
  return create(RunHistorySchema, {
    runId: history.runId,
    workflowId: history.workflowId,
    workflowType: history.workflowType,
    product: history.product,
    lane: toLane(history.lane),
    releaseId: history.releaseId ?? '',
    promotionId: history.promotionId ?? '',
    state: HistoryState[history.state],
    status: history.status === null ? RunStatus.UNSPECIFIED : RunStatus[history.status],
    ...instant('closedAt', history.closedAt),
    continuedFrom: history.continuedFrom ?? '',
    continuedAs: history.continuedAs ?? '',
    events: history.events ?? 0,
    size: BigInt(history.size ?? 0),
    digest: history.digest ?? '',
    ...instant('recordedAt', history.recordedAt),
  });
}
