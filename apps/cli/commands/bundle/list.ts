import { ReleaseBundleSchema } from '#gen/release/v1/bundle_pb.js';
import type { Context } from '../../program/context.js';
import { pageSizeOf } from '../../program/page-size.js';
import { toPlain } from '../../output/plain.js';
import { wordsFor } from '../../output/profile-words.js';
import { bundleTable } from '../../views/bundle-table.js';

/** Lists bundles, newest first; also `lane get bundles`. */
export async function listBundles(
  context: Context,
  options: { readonly product?: string; readonly limit: string },
): Promise<undefined> {
  const { bundles } = await (
    await context.api()
  ).bundles.listBundles({ product: options.product ?? '', pageSize: pageSizeOf(options.limit) });
  const words = await wordsFor(context, bundles.length === 0 ? undefined : options.product);
  await context.show.list(
    'ReleaseBundle',
    bundles.map((bundle) => toPlain(ReleaseBundleSchema, bundle)),
    () => (bundles.length === 0 ? 'no bundles yet: run lane release' : bundleTable(bundles, context, words)),
  );
  return undefined;
}
