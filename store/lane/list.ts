import { lanes } from '../../core/lanes.js';
import type { Transaction } from '../database.js';
import { listProducts } from '../product/list.js';
import { type LaneView, readLane } from './read.js';

/** The state of the lanes: of one product, or of all where `product` is empty. By product, lowest lane first. */
export async function listLanes(tx: Transaction, product: string): Promise<readonly LaneView[]> {
  const products = product === '' ? (await listProducts(tx)).map((each) => each.name) : [product];
  const views: LaneView[] = [];
  for (const name of products) for (const lane of lanes) views.push(await readLane(tx, name, lane));
  return views;
}
