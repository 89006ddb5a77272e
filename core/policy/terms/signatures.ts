import { commitsFor, unsignedCommits } from '../authorship.js';
import { commitLists, type JudgeTerm } from './term.js';

/** Whether every commit that the bundle brings is signed with an enrolled key of its author or committer. */
export const judgeSignatures: JudgeTerm = ({ commits: rule }, { facts }) => {
  if (rule?.signatures !== 'required') return undefined;
  const { commits } = facts.bundle;
  const reliedOn = commitLists(facts);
  const { problem, brought } = commitsFor(rule, commits);
  if (problem !== undefined)
    return {
      verdict: 'PENDING',
      explanation: `it is not known what this bundle brings: ${problem}`,
      waitsFor: 'evidence',
      reliedOn,
    };
  const unsigned = unsignedCommits(rule, commits);
  if (unsigned.length > 0)
    return {
      verdict: 'FAIL',
      explanation: describeUnsigned(unsigned, brought.length),
      waitsFor: 'identities',
      reliedOn,
    };
  return { verdict: 'PASS', explanation: 'every commit is signed with an enrolled key', reliedOn };
};

function describeUnsigned(unsigned: readonly string[], count: number): string {
  const shown = unsigned.slice(0, 5).join('; ');
  const more = unsigned.length > 5 ? `; and ${unsigned.length - 5} more` : '';
  return `${unsigned.length} of ${count} commits do not count as signed: ${shown}${more}`;
}
