import type { ServiceImpl } from '@connectrpc/connect';
import { workflowIds } from '../../core/ids.js';
import type { ReleaseService } from '../../gen/release/v1/release_service_pb.js';
import { requireProduct } from '../../store/products.js';
import { findRelease, listReleases, readRelease } from '../../store/read/releases.js';
import { resolveRelease } from '../../store/read/resolve-id.js';
import { readTimeline, releaseVersion } from '../../store/read/timeline.js';
import { requireCaller } from '../caller.js';
import { toReleaseMessage } from '../convert/release.js';
import type { ApiDeps } from '../deps.js';
import { awaitRecord, startOrJoin } from '../start-workflow.js';
import { watch } from '../watch.js';

/** Releases: from a commit to a sealed bundle. */
export function createReleaseService(deps: ApiDeps): ServiceImpl<typeof ReleaseService> {
  const { database, client } = deps;
  const { namespace } = client.options;
  return {
    async startRelease(request, context) {
      const { tenant, principal } = requireCaller(context);
      const product = await database.transaction(tenant, (tx) => requireProduct(tx, request.product));
      const input = { tenant, product: product.name, repository: product.repository, revision: request.revision, requestedBy: principal.name };
      const run = await startOrJoin(client, 'release', workflowIds.release(tenant, product.name, request.revision), input);
      const isRecorded = async () => (await database.transaction(tenant, (tx) => findRelease(tx, run.firstRunId))) !== undefined;
      await awaitRecord(client, run, isRecorded, context.signal);
      return { workflowId: run.workflowId, releaseId: run.firstRunId, joined: run.joined };
    },
    async getRelease(request, context) {
      const { tenant } = requireCaller(context);
      return database.transaction(tenant, async (tx) => {
        const release = await readRelease(tx, await resolveRelease(tx, request.releaseId));
        return { release: toReleaseMessage(release, namespace, await readTimeline(tx, { releaseId: release.id })) };
      });
    },
    async listReleases(request, context) {
      const { tenant } = requireCaller(context);
      const page = await database.transaction(tenant, (tx) => listReleases(tx, request.product, { size: request.pageSize, token: request.pageToken }));
      return { releases: page.items.map((release) => toReleaseMessage(release, namespace)), nextPageToken: page.nextToken };
    },
    async *watchRelease(request, context) {
      const { tenant } = requireCaller(context);
      const id = await database.transaction(tenant, (tx) => resolveRelease(tx, request.releaseId));
      const states = watch({
        version: () => database.transaction(tenant, (tx) => releaseVersion(tx, id)),
        read: () => database.transaction(tenant, async (tx) => ({ release: await readRelease(tx, id), timeline: await readTimeline(tx, { releaseId: id }) })),
        isOver: ({ release }) => release.state !== 'RUNNING',
        signal: context.signal,
      });
      for await (const { release, timeline } of states) yield { release: toReleaseMessage(release, namespace, timeline) };
    },
  };
}
