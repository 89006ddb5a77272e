import type { Commit, CommitPerson, ListCommitsResponse } from '#gen/release/v1/bundle_service_pb.js';
import { renderTable } from '../output/table.js';
import type { Context } from '../program/context.js';

/** How many commits people are shown; `-o json` has all of them. */
const maxShown = 50;

/** The commits that a bundle brings to a lane: whose they are, and what is not known about that. */
export function commitTable(response: ListCommitsResponse, lane: string, { terminal }: Context): string {
  const { commits, since, problem, authors } = response;
  const { colours } = terminal;
  const brought = `${String(commits.length)} commit${commits.length === 1 ? '' : 's'}`;
  const from =
    since === ''
      ? `; nothing is live in ${lane}, so that its own commit alone counts by default`
      : ` since ${since.slice(0, 12)}`;
  const rows = commits.slice(0, maxShown).map((commit) => rowOf(commit));
  return [
    `brings ${brought} to ${lane}${from}`,
    ...(problem === '' ? [] : [colours.yellow(problem)]),
    renderTable(
      ['COMMIT', 'AUTHOR', 'COMMITTER', 'SIGNED'].map((title) => colours.dim(title)),
      rows,
    ),
    ...(commits.length > maxShown ? [`and ${String(commits.length - maxShown)} more: -o json lists all`] : []),
    `authors, who cannot approve: ${authors.join(', ') || 'nobody who is known'}`,
  ].join('\n');
}

function rowOf({ hash, author, committer, signature, signedBy }: Commit): readonly string[] {
  const same = author?.address === committer?.address;
  const signed = signedBy === '' ? signature : `by ${signedBy}`;
  return [hash.slice(0, 12), wordsOf(author), same ? '' : wordsOf(committer), signed || 'no'];
}

/** `dev <dev@example.com>`, with who said that the address is theirs if they did not themselves. */
function wordsOf(person: CommitPerson | undefined): string {
  if (person === undefined) return '';
  const owners = person.owners.map(({ principal, kind, linkedBy }) => {
    const what = kind === 'human' ? principal : `${kind} ${principal}`;
    return linkedBy === principal ? what : `${what} (linked by ${linkedBy})`;
  });
  return `${owners.join(' and ') || 'nobody'} <${person.address}>`;
}
