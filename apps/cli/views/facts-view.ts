import type { GetDecisionFactsResponse } from '#gen/governance/v1/decision_service_pb.js';
import { Verdict } from '#gen/governance/v1/check_run_pb.js';
import { shortId } from '../../../core/ids.js';
import { verdicts } from '../../../core/policy/verdict.js';
import type { Context } from '../program/context.js';
import { renderFields, renderTable } from '../output/table.js';
import { laneName, verdictMark } from '../output/words.js';
import { changeLines } from './change-lines.js';
import { commitTable } from './commit-table.js';
import { noticeLines } from './gate-table.js';

type Fields = Readonly<Record<string, unknown>>;

/**
 * Everything that a person is shown before deciding. It is read from exactly the text whose digest is signed; the
 * difference from what is live and the commits since are fetched.
 */
export async function factsView(response: GetDecisionFactsResponse, context: Context): Promise<string> {
  const facts = fields(JSON.parse(response.facts));
  const author = fields(facts['author']);
  const live = text(facts['liveBundle']);
  const { colours } = context.terminal;
  const head = renderFields([
    ['promotion', `${shortId(response.promotionId)} (${text(facts['kind'])})`],
    ['product', response.product],
    ['lane', laneName(response.lane)],
    ['bundle', response.bundleDigest],
    ['revision', text(facts['revision'])],
    ['author', `${text(author['name'])} <${text(author['email'])}>`],
    ['requester', text(facts['requester']) || colours.yellow('nobody has signed the request')],
    ['live now', live === '' ? 'nothing' : live],
    ['policy', response.policyDigest],
    ['facts', response.factsDigest],
  ]);
  const gates = renderTable(
    ['VERDICT', 'GATE', 'WHY'].map((title) => colours.dim(title)),
    list(facts['gates']).map((gate) => [
      verdictMark(verdictOf(text(gate['verdict'])), colours),
      text(gate['gate']),
      text(gate['explanation']),
    ]),
  );
  const notices = noticeLines(
    list(facts['notices']).map((notice) => ({ holds: false, explanation: text(notice['explanation']) })),
    context,
  );
  const evidence = renderTable(
    ['EVIDENCE', 'KIND', 'SIGNER', 'CHECKSUM'].map((title) => colours.dim(title)),
    list(facts['evidence']).map((each) => [
      text(each['id']).slice(0, 12),
      text(each['kind']),
      text(each['signer']),
      shortId(text(each['checksum'])),
    ]),
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

function verdictOf(word: string): Verdict {
  const known = verdicts.find((verdict) => verdict === word);
  return known === undefined ? Verdict.UNSPECIFIED : Verdict[known];
}

function fields(value: unknown): Fields {
  return typeof value === 'object' && value !== null ? Object.fromEntries(Object.entries(value)) : {};
}

function list(value: unknown): readonly Fields[] {
  return Array.isArray(value) ? value.map(fields) : [];
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
