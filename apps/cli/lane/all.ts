import type { MessageInitShape } from '@bufbuild/protobuf';
import type { LaneStatus } from '#gen/release/v1/lane_status_pb.js';
import type { ListLanesRequestSchema } from '#gen/release/v1/promotion_service_pb.js';
import type { Clients } from '../connection/clients.js';

/** The state of all lanes, or of those that are asked for, however many pages they fill. */
export async function allLanes(
  { promotions }: Clients,
  wanted: Pick<MessageInitShape<typeof ListLanesRequestSchema>, 'product' | 'filter' | 'waitingOnly'>,
): Promise<readonly LaneStatus[]> {
  const found: LaneStatus[] = [];
  let pageToken = '';
  do {
    const page = await promotions.listLanes({ ...wanted, pageToken });
    found.push(...page.lanes);
    pageToken = page.nextPageToken;
  } while (pageToken !== '');
  return found;
}
