import type { ServiceImpl } from '@connectrpc/connect';
import type { Client } from '@temporalio/client';
import { isDigest } from '../../../core/digest.js';
import { workflowIds } from '../../../core/ids.js';
import { describeRelease } from '../../../core/run-description.js';
import { ReleaseState } from '#gen/release/v1/release_pb.js';
import type { ReleaseService } from '#gen/release/v1/release_service_pb.js';
import { requireProduct } from '../../../store/product/read.js';
import { listReleases } from '../../../store/release/list.js';
import { findRelease, readRelease, type StoredRelease } from '../../../store/release/read.js';
import { resolveRelease } from '../../../store/resolve-id.js';
import { readTimeline } from '../../../store/event/list.js';
import {
  type ReleaseInput,
  type ReleaseStep,
  releaseStatusQuery,
  releaseWorkflowType,
} from '../../../workflows/release/contract.js';
import { requireCaller } from '../identity/caller.js';
import { toReleaseMessage } from './convert.js';
import type { ApiDeps } from '../deps.js';
import { awaitRecord, startOrJoin } from '../start-workflow.js';
import { watch } from '../watch.js';

/** Releases: from a commit to a sealed bundle. */
export function createReleaseService(deps: ApiDeps): ServiceImpl<typeof ReleaseService> {
  const { database, client } = deps;
  const { namespace } = client.options;
  return {
    async startRelease(request, context) {
      const { tenant } = requireCaller(context);
      const product = await database.transaction(tenant, (tx) => requireProduct(tx, request.product));
      const { timebox } = request;
      const input: ReleaseInput = {
        tenant,
        product: product.name,
        repository: product.repository,
        revision: request.revision,
        ...(timebox !== '' && { timebox }),
      };
      const run = await startOrJoin(
        client,
        releaseWorkflowType,
        workflowIds.release(tenant, product.name, request.revision),
        input,
        describeRelease(input),
      );
      const isRecorded = async () =>
        (await database.transaction(tenant, (tx) => findRelease(tx, run.firstRunId))) !== undefined;
      const seen = await awaitRecord(client, run, isRecorded, context.signal);
      return {
        workflowId: run.workflowId,
        releaseId: run.firstRunId,
        joined: run.joined,
        bundleDigest: seen.recorded ? '' : bundleIn(seen.result),
      };
    },
    async getRelease(request, context) {
      const { tenant } = requireCaller(context);
      return database.transaction(tenant, async (tx) => {
        const release = await readRelease(tx, await resolveRelease(tx, request.releaseId));
        const timeline = await readTimeline(tx, { releaseId: release.id });
        return { release: toReleaseMessage(release, namespace, { timeline, steps: await readSteps(client, release) }) };
      });
    },
    async listReleases(request, context) {
      const { tenant } = requireCaller(context);
      const page = await database.transaction(tenant, (tx) =>
        listReleases(tx, request.product, { size: request.pageSize, token: request.pageToken }),
      );
      return {
        releases: page.items.map((release) => toReleaseMessage(release, namespace)),
        nextPageToken: page.nextToken,
      };
    },
    async *watchRelease(request, context) {
      const { tenant } = requireCaller(context);
      const id = await database.transaction(tenant, (tx) => resolveRelease(tx, request.releaseId));
      const read = () =>
        database.transaction(tenant, async (tx) => ({
          release: await readRelease(tx, id),
          timeline: await readTimeline(tx, { releaseId: id }),
        }));
      const states = watch({
        async read() {
          const { release, timeline } = await read();
          return toReleaseMessage(release, namespace, { timeline, steps: await readSteps(client, release) });
        },
        isLast: (release) => release.state !== ReleaseState.RUNNING,
        signal: context.signal,
      });
      for await (const release of states) yield { release };
    },
  };
}

/** The bundle in the result of a run whose commit already had one. */
function bundleIn(result: unknown): string {
  const bundle: unknown = typeof result === 'object' && result !== null ? Reflect.get(result, 'bundle') : undefined;
  return isDigest(bundle) ? bundle : '';
}

/** The steps as the workflow reports them; none when it does not answer, because the database is authoritative. */
async function readSteps(client: Client, release: StoredRelease): Promise<readonly ReleaseStep[]> {
  try {
    const handle = client.workflow.getHandle(release.workflowId, undefined, { firstExecutionRunId: release.id });
    return (await client.withDeadline(Date.now() + 2_000, () => handle.query(releaseStatusQuery))).steps;
  } catch {
    return [];
  }
}
