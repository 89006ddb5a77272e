import { type LaneStatus } from '#gen/release/v1/lane_status_pb.js';

/** A product with its lanes, lowest first. */
export interface ProductRow {
  readonly product: string;
  readonly lanes: readonly LaneStatus[];
}

/** The lanes of each product, in the order of the answer. */
export function rowsOf(lanes: readonly LaneStatus[]): readonly ProductRow[] {
  const rows = new Map<string, LaneStatus[]>();
  for (const lane of lanes) {
    const row = rows.get(lane.product);
    if (row === undefined) rows.set(lane.product, [lane]);
    else row.push(lane);
  }
  return [...rows].map(([product, own]) => ({ product, lanes: own }));
}

/** Whether a bundle is live in a product, or on its way there. */
export function hasBundle({ lanes }: ProductRow, bundle: string): boolean {
  return lanes.some(
    ({ liveBundleDigest, open }) =>
      bundle !== '' && (liveBundleDigest === bundle || open.some(({ bundleDigest }) => bundleDigest === bundle)),
  );
}
