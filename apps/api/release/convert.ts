import { create } from '@bufbuild/protobuf';
import { type Release, ReleaseSchema, ReleaseState, StepState } from '#gen/release/v1/release_pb.js';
import { WorkflowRunSchema } from '#gen/workflows_runtime/v1/workflow_run_pb.js';
import type { StoredRelease } from '../../../store/release/read.js';
import type { StoredReleaseStep } from '../../../store/release/steps.js';
import type { TimelineEvent } from '../../../store/event/list.js';
import { releaseWorkflowType } from '../../../workflows/release/contract.js';
import { toTimelineEntry } from '../event/convert.js';
import { bounded, instant, toErrorDetail } from '../convert.js';

/** A release for the wire. */
export function toReleaseMessage(
  release: StoredRelease,
  namespace: string,
  seen: { readonly timeline: readonly TimelineEvent[]; readonly steps: readonly StoredReleaseStep[] } = {
    timeline: [],
    steps: [],
  },
): Release {
  const error = toErrorDetail(release.error);
  return create(ReleaseSchema, {
    id: release.id,
    run: create(WorkflowRunSchema, {
      firstRunId: release.id,
      workflowId: release.workflowId,
      workflowType: releaseWorkflowType,
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
    timeline: seen.timeline.map((event) => toTimelineEntry(event)),
    steps: seen.steps.map((step) => ({
      id: step.id,
      state: StepState[step.state],
      detail: bounded(step.detail, 4000),
      ...instant('startedAt', step.startedAt),
      ...instant('endedAt', step.endedAt),
    })),
  });
}
