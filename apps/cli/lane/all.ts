import type { LaneStatus } from '#gen/release/v1/lane_status_pb.js';
import type { Clients } from '../connection/clients.js';

/** The state of all lanes, of one product or of all where `product` is empty, however many pages they fill. */
export async function allLanes({ promotions }: Clients, product: string): Promise<readonly LaneStatus[]> {
  const found: LaneStatus[] = [];
  let pageToken = '';
  do {
    const page = await promotions.listLanes({ product, pageToken });
    found.push(...page.lanes);
    pageToken = page.nextPageToken;
  } while (pageToken !== '');
  return found;
}
