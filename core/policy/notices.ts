import type { ErrorDetail } from '../errors.js';
import type { PolicyFacts } from './facts.js';
import type { Notice } from './notice.js';

/** What the facts say besides what the gates ask for. */
export function noticesOf(facts: PolicyFacts): readonly Notice[] {
  return [requestedChanges(facts), rollbackTarget(facts)].filter((notice) => notice !== undefined);
}

/** A person who asked for changes holds the promotion until they approve. */
function requestedChanges(facts: PolicyFacts): Notice | undefined {
  const latest = new Map(facts.approvals.map((approval) => [approval.principal, approval]));
  const open = [...latest.values()].filter((approval) => approval.verb === 'request-changes');
  if (open.length === 0) return undefined;
  return {
    notice: 'changes-requested',
    holds: true,
    explanation: open.map((item) => `${item.principal} asks for changes: ${item.comment}`).join('; '),
    next: `make the changes in a new bundle, or ask ${open.map((item) => item.principal).join(', ')} to approve`,
    reliedOn: open.map((item) => ({ kind: 'approval', id: item.attestationId })),
  };
}

/** A rollback goes back to what was live before: not to what another rollback has withdrawn since it was requested. */
function rollbackTarget({ kind, lane, lanes, product }: PolicyFacts): Notice | undefined {
  if (kind !== 'ROLLBACK' || lanes[lane].wasLive) return undefined;
  return {
    notice: 'rollback-target',
    holds: true,
    explanation: `another rollback has withdrawn the bundle from ${lane}`,
    next: `abort this one, then go back from what is live now: lane rollback ${product} --lane ${lane}`,
    reliedOn: [],
  };
}

/** While it is not known by which rules a promotion is to be judged, it is not let into its lane. */
export function rulesUnknown({ message, why, next }: ErrorDetail): Notice {
  return {
    notice: 'rules-unknown',
    holds: true,
    explanation: why === undefined ? message : `${message}: ${why}`,
    next: next ?? 'lane policy list',
    reliedOn: [],
  };
}
