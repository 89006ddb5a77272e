import type { ReleaseBundle } from '#gen/release/v1/bundle_pb.js';
import { wordsOf } from '../../../core/policy/words-of-profile.js';
import { heading } from '../output/profile-words.js';
import type { Context } from '../program/context.js';
import { harmless } from '../output/harmless.js';
import { relativeTime } from '../output/relative-time.js';
import { shortenIds } from '../output/short-ids.js';
import { renderTable } from '../output/table.js';
import { instantOf, laneName } from '../output/words.js';

/** Bundles as a table, in the words of their product where all are of one. */
export function bundleTable(bundles: readonly ReleaseBundle[], context: Context, words = wordsOf()): string {
  const { colours } = context.terminal;
  const short = shortenIds(bundles.map((bundle) => bundle.digest));
  const table = renderTable(
    [heading(words, 'bundle'), 'PRODUCT', 'REVISION', 'SEALED', 'LIVE IN', 'COMMIT'].map((title) => colours.dim(title)),
    bundles.map((bundle) => [
      colours.bold(short(bundle.digest)),
      bundle.product,
      bundle.revision.slice(0, 10),
      relativeTime(instantOf(bundle.sealedAt), context.now()),
      [...bundle.liveLanes.map(laneName), ...(bundle.recall === undefined ? [] : [colours.red('RECALLED')])].join(
        ', ',
      ) || '-',
      `${bundle.subject} (${bundle.authorName})`,
    ]),
  );
  const recalled = bundles.flatMap(({ digest, recall }) => {
    if (recall === undefined) return [];
    const when = relativeTime(instantOf(recall.since), context.now());
    return [colours.red(harmless(`recalled: ${short(digest)} by ${recall.by} ${when}: ${recall.reason}`))];
  });
  return recalled.length === 0 ? table : `${table}\n\n${recalled.join('\n')}`;
}
