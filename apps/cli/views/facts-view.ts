import type { GetDecisionFactsResponse } from '#gen/governance/v1/decision_service_pb.js';
import { Verdict } from '#gen/governance/v1/check_run_pb.js';
import { readFacts } from '../../../core/decision/read-facts.js';
import { shortId } from '../../../core/ids.js';
import { heading, wordsFor } from '../output/profile-words.js';
import type { Context } from '../program/context.js';
import { renderFields, renderTable } from '../output/table.js';
import { laneName, verdictMark } from '../output/words.js';
import { changeLines } from './change-lines.js';
import { commitTable } from './commit-table.js';
import { noticeLines } from './gate-table.js';

/**
 * Everything that a person is shown before deciding. It is read from exactly the text whose digest is signed; the
 * difference from what is live and the commits since are fetched.
 */
export async function factsView(response: GetDecisionFactsResponse, context: Context): Promise<string> {
  const facts = readFacts(response.facts);
  const { liveBundle: live } = facts;
  const { colours } = context.terminal;
  const words = await wordsFor(context, response.product);
  const head = renderFields([
    [words.one('promotion'), `${shortId(response.promotionId)} (${facts.kind})`],
    ['product', response.product],
    ['lane', laneName(response.lane)],
    [words.one('bundle'), response.bundleDigest],
    ['revision', facts.revision],
    ['author', facts.author],
    ['requester', facts.requester || colours.yellow('nobody has signed the request')],
    ['live now', live === '' ? 'nothing' : live],
    ['policy', response.policyDigest],
    ['facts', response.factsDigest],
  ]);
  const gates = renderTable(
    ['VERDICT', heading(words, 'gate'), 'WHY'].map((title) => colours.dim(title)),
    facts.gates.map(({ gate, verdict, explanation }) => [verdictMark(Verdict[verdict], colours), gate, explanation]),
  );
  const notices = noticeLines(
    facts.notices.map((explanation) => ({ holds: false, explanation })),
    context,
  );
  const evidence = renderTable(
    ['EVIDENCE', 'KIND', 'SIGNER', 'CHECKSUM'].map((title) => colours.dim(title)),
    facts.evidence.map(({ id, kind, signer, checksum }) => [id.slice(0, 12), kind, signer, shortId(checksum)]),
  );
  const commits = commitTable(
    await (await context.api()).bundles.listCommits({ bundle: response.bundleDigest, lane: response.lane }),
    laneName(response.lane),
    context,
  );
  return [head, commits, await difference(live, response.bundleDigest, context), gates, notices, evidence]
    .filter((part) => part !== '')
    .join('\n\n');
}

async function difference(live: string, bundle: string, context: Context): Promise<string> {
  if (live === '' || live === bundle) return '';
  const { changes } = await (await context.api()).bundles.diffBundles({ base: live, other: bundle });
  return `difference from what is live:\n${changeLines(changes, context)}`;
}
