import { shortId } from '../../../../core/ids.js';
import { DiffBundlesResponseSchema } from '#gen/release/v1/bundle_service_pb.js';
import type { Context } from '../../program/context.js';
import { toPlain } from '../../output/plain.js';
import { changeLines } from '../../views/change-lines.js';

/** Shows how two bundles differ. */
export async function diffBundles(context: Context, base: string, other: string, all: boolean): Promise<undefined> {
  const diff = await (await context.api()).bundles.diffBundles({ base, other });
  await context.show.object('BundleDiff', toPlain(DiffBundlesResponseSchema, diff), () =>
    diff.changes.length === 0
      ? 'no difference'
      : `${shortId(diff.baseDigest)} → ${shortId(diff.otherDigest)}\n${changeLines(diff.changes, context, { all })}`,
  );
  return undefined;
}
