import type { ServiceImpl } from '@connectrpc/connect';
import { workflowIds } from '../../../core/ids.js';
import { describeRelease } from '../../../core/run-description.js';
import { ReleaseState } from '#gen/release/v1/release_pb.js';
import type { ReleaseService } from '#gen/release/v1/release_service_pb.js';
import { bundleOfRevision } from '../../../store/bundle/read.js';
import type { Transaction } from '../../../store/database.js';
import { requireProduct } from '../../../store/product/read.js';
import { listReleases } from '../../../store/release/list.js';
import { readRelease } from '../../../store/release/read.js';
import { releaseSteps, releaseVersion } from '../../../store/release/steps.js';
import { resolveRelease } from '../../../store/resolve-id.js';
import { readTimeline } from '../../../store/event/list.js';
import { openedUpdate, type ReleaseInput, releaseWorkflowType } from '../../../workflows/release/contract.js';
import { requireCaller } from '../identity/caller.js';
import { toReleaseMessage } from './convert.js';
import type { ApiDeps } from '../deps.js';
import { startOrJoin } from '../start-workflow.js';
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
      const workflowId = workflowIds.release(tenant, product.name, request.revision);
      const { reply, joined } = await startOrJoin(
        client,
        {
          ...{ workflowType: releaseWorkflowType, workflowId, input, opened: openedUpdate },
          description: describeRelease(input),
          isOver: ({ state }) => state === 'SEALED' || state === 'FAILED',
        },
        context.signal,
      );
      // The answer is a message, and the rows are what counts.
      const bundle =
        reply.state === 'ALREADY_SEALED'
          ? await database.transaction(tenant, (tx) => bundleOfRevision(tx, product.name, request.revision))
          : undefined;
      return { workflowId, releaseId: reply.releaseId, joined, bundleDigest: bundle ?? '' };
    },
    async getRelease(request, context) {
      const { tenant } = requireCaller(context);
      return database.transaction(tenant, async (tx) => {
        const release = await readRelease(tx, await resolveRelease(tx, request.releaseId));
        return { release: toReleaseMessage(release, namespace, await seenOf(tx, release.id)) };
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
      const states = watch({
        version: () => database.transaction(tenant, (tx) => releaseVersion(tx, id)),
        read: () =>
          database.transaction(tenant, async (tx) =>
            toReleaseMessage(await readRelease(tx, id), namespace, await seenOf(tx, id)),
          ),
        isLast: (release) => release.state !== ReleaseState.RUNNING,
        signal: context.signal,
      });
      for await (const release of states) yield { release };
    },
  };
}

/** What is shown of a release besides its record. */
async function seenOf(tx: Transaction, releaseId: string) {
  return { timeline: await readTimeline(tx, { releaseId }), steps: await releaseSteps(tx, releaseId) };
}
