import { approvalsNeeded, tallyApprovals, unknownExclusion } from '../approvals.js';
import { rolesWords } from '../role-words.js';
import { commitLists, type JudgeTerm } from './term.js';

/** Whether enough people have approved who may. Open while it is unknown who may not. */
export const judgeApprovals: JudgeTerm = ({ approvals, ...rest }, { facts }) => {
  if (approvals === undefined) return undefined;
  const gate = { ...rest, approvals };
  const lists = approvals.separation.includes('author') ? commitLists(facts) : [];
  const unknown = unknownExclusion(gate, facts);
  if (unknown !== undefined) return { ...unknown, verdict: 'PENDING', waitsFor: 'identities', reliedOn: lists };
  const { count, counted, missing, missingRoles, refused } = tallyApprovals(gate, facts);
  const people = counted.map((approval) => approval.principal).join(', ');
  if (missing === 0)
    return {
      verdict: 'PASS',
      explanation: `approved by ${people}`,
      reliedOn: [...lists, ...counted.map(({ attestationId: id }) => ({ kind: 'approval' as const, id }))],
    };
  const notCounted = refused.length > 0 ? `; not counted: ${refused.join('; ')}` : '';
  const of = missingRoles.length > 0 ? `, one of each of ${rolesWords(missingRoles, gate.titles)}` : '';
  const roles = `${approvals.distinctRoles ? ' of different roles' : ''}${of}`;
  const needed = approvalsNeeded(gate, facts);
  const agents = count === needed && needed > approvals.count ? ', because agents wrote some of its commits' : '';
  const given = people === '' ? '' : ` (given: ${people})`;
  return {
    verdict: 'PENDING',
    explanation: `${missing} of ${count} approvals${roles} missing${agents}${given}${notCounted}`,
    waitsFor: 'people',
    reliedOn: lists,
  };
};
