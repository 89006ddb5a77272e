import type { ServiceImpl } from '@connectrpc/connect';
import type { ReplayService } from '#gen/governance/v1/replay_service_pb.js';
import type { ApiDeps } from '../deps.js';
import { requireCaller } from '../identity/caller.js';
import { Replays } from './replay-decisions.js';

/** Old decisions, made again. */
export function createReplayService({ database }: ApiDeps): ServiceImpl<typeof ReplayService> {
  const replays = new Replays(database);
  return {
    replayDecisions: (request, context) => replays.replay(requireCaller(context), request, context.signal),
  };
}
