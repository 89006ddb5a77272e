import { shortId } from '../../../../core/ids.js';
import { EvidenceAttachmentSchema, type ReleaseBundle, ReleaseBundleSchema } from '#gen/release/v1/bundle_pb.js';
import type { Words } from '../../../../core/policy/words-of-profile.js';
import type { Context } from '../../program/context.js';
import { harmless } from '../../output/harmless.js';
import { toPlain } from '../../output/plain.js';
import { wordsFor } from '../../output/profile-words.js';
import { relativeTime } from '../../output/relative-time.js';
import { renderFields, renderTable } from '../../output/table.js';
import { instantOf, laneName, momentOf } from '../../output/words.js';
import { evidenceTable } from '../../views/evidence-table.js';

/** Shows a bundle with its evidence. */
export async function showBundle(context: Context, given: string): Promise<undefined> {
  const { bundle, evidence } = await (await context.api()).bundles.getBundle({ bundle: given });
  if (bundle === undefined) return undefined;
  const value = {
    ...toPlain(ReleaseBundleSchema, bundle),
    evidence: evidence.map((each) => toPlain(EvidenceAttachmentSchema, each)),
  };
  const words = await wordsFor(context, bundle.product);
  await context.show.object('ReleaseBundle', value, () =>
    [headOf(bundle, context, words), artifactsOf(bundle, context), evidenceTable(evidence, context)].join('\n\n'),
  );
  for (const step of stepsOf(bundle)) context.terminal.note(harmless(`next: ${step}`));
  return undefined;
}

function headOf(bundle: ReleaseBundle, context: Context, words: Words): string {
  const { methodologyContext: method, plan } = bundle;
  const methodText =
    method === undefined
      ? ''
      : [method.profile, method.increment, method.piObjective, method.admDeliverable]
          .filter((part) => part !== '')
          .join(' · ');
  return renderFields([
    [words.one('bundle'), bundle.digest],
    ['product', bundle.product],
    ['repository', bundle.repository],
    ['revision', bundle.revision],
    ['tree', bundle.tree],
    ['commit', `${bundle.subject} (${bundle.authorName} <${bundle.authorEmail}>)`],
    ['method', methodText],
    [
      'plan',
      plan === undefined ? '' : `${shortId(plan.fingerprint)}, grants ${plan.toolGrants.join(', ') || 'no tools'}`,
    ],
    ['sealed', `${relativeTime(instantOf(bundle.sealedAt), context.now())} (${momentOf(bundle.sealedAt)})`],
    ['live in', bundle.liveLanes.map(laneName).join(', ') || 'no lane'],
    ['recalled', recallOf(bundle, context)],
  ]);
}

function recallOf({ recall }: ReleaseBundle, context: Context): string {
  if (recall === undefined) return '';
  const { by, since, reason } = recall;
  const when = `${relativeTime(instantOf(since), context.now())} (${momentOf(since)})`;
  return `${context.terminal.colours.red('RECALLED')} by ${by} ${when}: ${reason}`;
}

/** What people do about a recall: leave the lanes where it is live, or undo it as somebody else. */
function stepsOf({ recall, digest, product, liveLanes }: ReleaseBundle): readonly string[] {
  if (recall === undefined) return [];
  return [
    ...liveLanes.map(
      (lane) => `it is live and at risk: lane rollback ${product} --lane ${laneName(lane)} --reason TEXT`,
    ),
    `promote another one: lane get bundles --product ${product}`,
    `somebody other than ${recall.by} lets it be promoted again: lane bundle recall ${shortId(digest)} --undo --reason TEXT`,
  ];
}

function artifactsOf(bundle: ReleaseBundle, context: Context): string {
  const rows = bundle.artifacts.map((artifact) => [artifact.kind, artifact.name, artifact.digest]);
  return renderTable(
    ['ARTIFACT', 'NAME', 'DIGEST'].map((title) => context.terminal.colours.dim(title)),
    rows,
  );
}
