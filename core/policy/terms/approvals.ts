import { approvalsNeeded, tallyApprovals, unknownExclusion } from '../approvals.js';
import type { ApprovalTally } from '../approvals.js';
import type { Gate } from '../model.js';
import { rolesWords } from '../role-words.js';
import { commitLists, type JudgeTerm } from './term.js';

/** Whether enough people have approved who may. Open while it is unknown who may not. */
export const judgeApprovals: JudgeTerm = ({ approvals, ...rest }, { facts }) => {
  if (approvals === undefined) return undefined;
  const gate = { ...rest, approvals };
  const lists = approvals.separation.includes('author') ? commitLists(facts) : [];
  const unknown = unknownExclusion(gate, facts);
  if (unknown !== undefined) {
    const { explanation, next: first } = unknown;
    return { explanation, first, verdict: 'PENDING', waitsFor: 'identities', reliedOn: lists };
  }
  const tally = tallyApprovals(gate, facts);
  const { count, counted, missing, missingRoles, refused } = tally;
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
    next: `${whoIsMissing(tally, gate.titles)}: lane approve {promotion}`,
    waitsFor: 'people',
    reliedOn: lists,
  };
};

/** Who still has to approve, by the roles that would count beside those of who has. */
function whoIsMissing({ missing, missingRoles, helpfulRoles }: ApprovalTally, titles: Gate['titles']): string {
  if (missingRoles.length > 1) return `one person of each of ${rolesWords(missingRoles, titles)} approves`;
  const roles = rolesWords(missingRoles.length === 1 && missing === 1 ? missingRoles : helpfulRoles, titles);
  if (missing === 1) return `somebody of ${roles} approves`;
  const among = missingRoles.length === 0 ? '' : `, one of ${rolesWords(missingRoles, titles)} among them,`;
  return `${String(missing)} people of ${roles}${among} approve`;
}
