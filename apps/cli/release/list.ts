import { type Release, ReleaseSchema, ReleaseState } from '#gen/release/v1/release_pb.js';
import { shortId } from '../../../core/ids.js';
import type { Words } from '../../../core/policy/words-of-profile.js';
import { toPlain } from '../output/plain.js';
import { heading, wordsFor } from '../output/profile-words.js';
import { relativeTime } from '../output/relative-time.js';
import { shortenIds } from '../output/short-ids.js';
import { renderTable } from '../output/table.js';
import { instantOf } from '../output/words.js';
import type { Context } from '../program/context.js';
import { pageSizeOf } from '../program/page-size.js';

/** Lists releases, newest first. */
export async function listReleases(
  context: Context,
  options: { readonly product?: string; readonly limit: string },
): Promise<undefined> {
  const { releases } = await (
    await context.api()
  ).releases.listReleases({ product: options.product ?? '', pageSize: pageSizeOf(options.limit) });
  const words = await wordsFor(context, releases.length === 0 ? undefined : options.product);
  await context.show.list(
    'Release',
    releases.map((release) => toPlain(ReleaseSchema, release)),
    () => (releases.length === 0 ? 'no releases yet: run lane release' : releaseTable(releases, context, words)),
  );
  return undefined;
}

function releaseTable(releases: readonly Release[], context: Context, words: Words): string {
  const { colours } = context.terminal;
  const releaseId = shortenIds(releases.map(({ id }) => id));
  return renderTable(
    ['RELEASE', 'PRODUCT', 'REVISION', 'STATE', 'BEGAN', heading(words, 'bundle'), 'WHY'].map((title) =>
      colours.dim(title),
    ),
    releases.map((release) => [
      colours.bold(releaseId(release.id)),
      release.product,
      release.revision.slice(0, 10),
      releaseMark(release.state, context),
      relativeTime(instantOf(release.createdAt), context.now()),
      release.bundleDigest === '' ? '-' : shortId(release.bundleDigest),
      release.error === undefined ? '' : `${release.error.reason}: ${release.error.message}`.slice(0, 80),
    ]),
  );
}

function releaseMark(state: ReleaseState, { terminal: { colours } }: Context): string {
  const word = ReleaseState[state];
  switch (state) {
    case ReleaseState.SEALED:
      return colours.green(word);
    case ReleaseState.FAILED:
      return colours.red(word);
    default:
      return colours.yellow(word);
  }
}
