import { createQueryOptions, useQuery } from '@connectrpc/connect-query';
import { useQueries } from '@tanstack/react-query';
import { type RunStep, RunService } from '#gen/workflows_runtime/v1/run_service_pb.js';
import { transport } from '../connection/transport.js';

/** How many runs are told of: the newest. Others are in the list of runs. */
const maxRuns = 8;

/**
 * What the runs of a promotion have done, as far as Temporal or the kept histories tell it. A run that neither knows has no
 * steps; the events are on record in any case.
 */
export function useSteps(promotionId: string): { readonly steps: readonly RunStep[]; readonly isCut: boolean } {
  const { data } = useQuery(RunService.method.listRunHistories, { of: { case: 'promotionId', value: promotionId } });
  return useQueries({
    queries: (data?.histories ?? [])
      .slice(0, maxRuns)
      .map(({ runId }) => createQueryOptions(RunService.method.getRunStory, { runId }, { transport })),
    combine: (stories) => ({
      steps: stories.flatMap(({ data: story }) => story?.steps ?? []),
      isCut: stories.some(({ data: story }) => story?.isCut === true),
    }),
  });
}
