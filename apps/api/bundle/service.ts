import type { ServiceImpl } from '@connectrpc/connect';
import { parseDigest } from '../../../core/digest.js';
import { diffManifests } from '../../../core/release/diff-manifests.js';
import { type BundleChange, BundleChangeSchema, ChangeKind } from '#gen/release/v1/bundle_pb.js';
import type { BundleService } from '#gen/release/v1/bundle_service_pb.js';
import { evidenceOfBundle } from '../../../store/evidence/read.js';
import { readBundle, requireBundle } from '../../../store/bundle/read.js';
import { listBundles } from '../../../store/bundle/list.js';
import { resolveBundle } from '../../../store/resolve-id.js';
import { requireCaller } from '../identity/caller.js';
import { listCommits } from './commits.js';
import { toBundleMessage, toEvidenceAttachment } from './convert.js';
import { bounded, requireLane } from '../convert.js';
import type { ApiDeps } from '../deps.js';
import { create } from '@bufbuild/protobuf';

/** Bytes in one message of a streamed blob. */
const chunkSize = 256 * 1024;

/** Bundles and their contents. */
export function createBundleService(deps: ApiDeps): ServiceImpl<typeof BundleService> {
  const { database, blobs } = deps;
  return {
    async getBundle(request, context) {
      const { tenant } = requireCaller(context);
      return database.transaction(tenant, async (tx) => {
        const bundle = await readBundle(tx, await resolveBundle(tx, request.bundle));
        const evidence = await evidenceOfBundle(tx, bundle.digest);
        return {
          bundle: toBundleMessage(bundle),
          evidence: evidence.map((each) => toEvidenceAttachment(each, bundle)),
        };
      });
    },
    async listBundles(request, context) {
      const { tenant } = requireCaller(context);
      const page = await database.transaction(tenant, (tx) =>
        listBundles(tx, request.product, { size: request.pageSize, token: request.pageToken }),
      );
      return { bundles: page.items.map(toBundleMessage), nextPageToken: page.nextToken };
    },
    async getManifest(request, context) {
      const { tenant } = requireCaller(context);
      return database.transaction(tenant, async (tx) => {
        const { digest, manifest } = await requireBundle(tx, await resolveBundle(tx, request.bundle));
        return { digest, manifest };
      });
    },
    async *getBlob(request, context) {
      const { tenant } = requireCaller(context);
      const stream = await blobs.of(tenant).open(parseDigest(request.digest));
      for await (const part of stream) {
        const bytes = Buffer.isBuffer(part) ? part : Buffer.from(String(part));
        for (let at = 0; at < bytes.length; at += chunkSize) yield { chunk: bytes.subarray(at, at + chunkSize) };
      }
    },
    async listCommits({ bundle, lane }, context) {
      return listCommits(deps, requireCaller(context).tenant, bundle, requireLane(lane));
    },
    async diffBundles(request, context) {
      const { tenant } = requireCaller(context);
      return database.transaction(tenant, async (tx) => {
        const base = await requireBundle(tx, await resolveBundle(tx, request.base));
        const other = await requireBundle(tx, await resolveBundle(tx, request.other));
        return {
          baseDigest: base.digest,
          otherDigest: other.digest,
          changes: changesBetween(base.manifest, other.manifest),
        };
      });
    },
  };
}

/** How two manifests differ, for the wire. */
export function changesBetween(before: string, after: string): BundleChange[] {
  return diffManifests(JSON.parse(before), JSON.parse(after)).map((change) =>
    create(BundleChangeSchema, {
      kind: ChangeKind[change.kind],
      path: bounded(change.path, 1000),
      before: bounded(change.before, 4000),
      after: bounded(change.after, 4000),
    }),
  );
}
