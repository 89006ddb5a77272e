import { create } from '@bufbuild/protobuf';
import { type Release, ReleaseSchema, ReleaseState } from '../../gen/release/v1/release_pb.js';
import { WorkflowRunSchema } from '../../gen/workflows_runtime/v1/workflow_run_pb.js';
import type { StoredRelease } from '../../store/read/releases.js';
import type { TimelineEvent } from '../../store/read/timeline.js';
import { toTimelineEntry } from './timeline.js';
import { instant, toErrorDetail } from './words.js';

/** A release for the wire. */
export function toReleaseMessage(release: StoredRelease, namespace: string, timeline: readonly TimelineEvent[] = []): Release {
  const error = toErrorDetail(release.error);
  return create(ReleaseSchema, {
    id: release.id,
    run: create(WorkflowRunSchema, {
      firstRunId: release.id,
      workflowId: release.workflowId,
      workflowType: 'release',
      namespace,
      bundleDigest: release.bundle ?? '',
      ...instant('startedAt', release.createdAt),
      ...instant('endedAt', release.endedAt),
    }),
    product: release.product,
    revision: release.revision,
    repository: release.repository,
    state: ReleaseState[release.state],
    bundleDigest: release.bundle ?? '',
    ...(error !== undefined && { error }),
    requestedBy: release.requestedBy ?? '',
    ...instant('createdAt', release.createdAt),
    ...instant('endedAt', release.endedAt),
    timeline: timeline.map(toTimelineEntry),
  });
}
