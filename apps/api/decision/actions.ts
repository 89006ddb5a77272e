import { create } from '@bufbuild/protobuf';
import { readKeys } from '../../../activities/policy/evidence-items.js';
import type { Preparation } from '../../../activities/policy/preparation.js';
import { readCommitFacts } from '../../../activities/policy/read-commits.js';
import { caseOfPromotion } from '../../../core/decision/case.js';
import { refuseVerb } from '../../../core/decision/check.js';
import { type DecisionVerb, decisionVerbs, isForApprovers, isStart } from '../../../core/decision/verbs.js';
import { shortId } from '../../../core/ids.js';
import { refuseApprovalByWindow } from '../../../core/restriction/refusals.js';
import { stepsToOpen } from '../../../core/restriction/steps-to-open.js';
import { waitInWords } from '../../../core/restriction/wait-words.js';
import {
  type Action,
  ActionSchema,
  type ListActionsResponse,
  ListActionsResponseSchema,
} from '#gen/governance/v1/decision_service_pb.js';
import { requireBundle } from '../../../store/bundle/read.js';
import type { Transaction } from '../../../store/database.js';
import { decisionsOf } from '../../../store/decision/read.js';
import type { StoredPrincipal } from '../../../store/identity/read.js';
import { requireSnapshot } from '../../../store/policy/read.js';
import { readPromotion } from '../../../store/promotion/read.js';
import { restrictionsOn } from '../../../store/restriction/read.js';
import { approverFacts, approverOf, hasApproved } from '../case/approver.js';
import { bounded } from '../convert.js';
import { laneStatusFor } from '../promotion/opening.js';
import { toVerb } from './convert.js';
import { refusedByRole } from './refused-by-role.js';

/**
 * What a person may do about a promotion now: every verb about one that runs; and what it waits for besides its gates.
 *
 * @throws Unprepared
 */
export async function listActions(
  tx: Transaction,
  known: Preparation,
  promotionId: string,
  person: StoredPrincipal,
  now: Date,
): Promise<ListActionsResponse> {
  const promotion = await readPromotion(tx, promotionId);
  const snapshot = await requireSnapshot(tx, promotion.policyDigest);
  const bundle = await requireBundle(tx, promotion.bundle);
  const commits = await readCommitFacts(tx, known, promotion, bundle, await readKeys(tx));
  const facts = await approverFacts(tx, promotion, commits);
  const decisions = await decisionsOf(tx, caseOfPromotion(promotion));
  const { state: phase, lane } = promotion;
  const approvalsClosed = refuseApprovalByWindow(await restrictionsOn(tx, promotion), promotion, person, now);
  const status = await laneStatusFor(tx, promotion, now);
  const actions: Action[] = [];
  for (const verb of decisionVerbs.filter((one) => !isStart(one))) {
    const refusal = refuseVerb(verb, {
      ...{ lane, phase, snapshot, signer: approverOf(person), facts, approvalsClosed },
    });
    const again = verb === 'approve' && hasApproved(decisions, person.name, promotion);
    const byRole =
      refusal?.code === 'PERMISSION_DENIED' && (await refusedByRole(tx, verb, person, facts.requester?.principal));
    const whyNot = (byRole || refusal?.reason) ?? (again ? `${person.name} has already approved` : undefined);
    actions.push(
      create(ActionSchema, {
        verb: toVerb(verb),
        possible: whyNot === undefined,
        whyNot: bounded(whyNot, 1000),
        command: commandOf(verb, promotion.id),
      }),
    );
  }
  return create(ListActionsResponseSchema, {
    actions,
    closed: status === undefined ? '' : waitInWords(status),
    nextSteps: status === undefined ? [] : stepsToOpen(status).slice(0, 50),
  });
}

/** The command that does it; the words that a person has to add are in capitals. */
function commandOf(verb: DecisionVerb, promotionId: string): string {
  const id = shortId(promotionId);
  if (verb === 'request-changes') return `lane reject ${id} --changes --comment TEXT`;
  return `lane ${verb} ${id}${verb === 'reject' ? ' --comment TEXT' : isForApprovers(verb) ? '' : ' --reason TEXT'}`;
}
