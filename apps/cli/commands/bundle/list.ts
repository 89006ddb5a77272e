import { ReleaseBundleSchema } from '#gen/release/v1/bundle_pb.js';
import type { Context } from '../../program/context.js';
import { pageSizeOf } from '../../program/page-size.js';
import { toPlain } from '../../output/plain.js';
import { bundleTable } from '../../views/bundle-table.js';

/** Lists bundles, newest first; also `lane get bundles`. */
export async function listBundles(
  context: Context,
  options: { readonly product?: string; readonly limit: string },
): Promise<undefined> {
  const { bundles } = await (
    await context.api()
  ).bundles.listBundles({ product: options.product ?? '', pageSize: pageSizeOf(options.limit) });
  await context.show.list(
    'ReleaseBundle',
    bundles.map((bundle) => toPlain(ReleaseBundleSchema, bundle)),
    () => (bundles.length === 0 ? 'no bundles yet: run lane release' : bundleTable(bundles, context)),
  );
  return undefined;
}
