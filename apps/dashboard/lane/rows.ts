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

/** What the board is narrowed to. */
export interface LaneFilter {
  /** Part of a product's name, or the beginning of a bundle's digest or revision. */
  readonly q: string;
  /** Only products that something waits in. */
  readonly waiting: boolean;
}

/** The rows that are to be seen. */
export function filterRows(rows: readonly ProductRow[], { q, waiting }: LaneFilter): readonly ProductRow[] {
  const wanted = q.trim().toLowerCase();
  return rows.filter(
    ({ product, lanes }) =>
      (wanted === '' || product.includes(wanted) || lanes.some((lane) => isOn(lane, wanted))) &&
      (!waiting || lanes.some(({ open }) => open.length > 0)),
  );
}

function isOn({ liveBundleDigest, liveRevision, open }: LaneStatus, wanted: string): boolean {
  const begins = (digest: string, revision: string) =>
    digest.slice('sha256:'.length).startsWith(wanted.replace('sha256:', '')) || revision.startsWith(wanted);
  return (
    (liveBundleDigest !== '' && begins(liveBundleDigest, liveRevision)) ||
    open.some(({ bundleDigest, revision }) => begins(bundleDigest, revision))
  );
}
