import type { GateType } from './model.js';
import type { JsonObject } from './layers/merge.js';

/** The members of a gate that judge something. */
export const termMembers = [
  'evidence',
  'rule',
  'approvals',
  'commits',
  'soak',
  'window',
  'metric',
  'predecessors',
  'checklist',
  'artifacts',
] as const;

/** One of them. */
export type TermMember = (typeof termMembers)[number];

/** What a type of gate brings. */
export interface GateTypeTerms {
  /** What it guards, in words that complete "This gate asks for …". */
  readonly words: string;
  /** It needs at least one of these. */
  readonly needs: readonly TermMember[];
  /** Fields that it must have where the term that they belong to is there. */
  readonly requires?: readonly string[];
  /** The terms of a gate that has none of its own. */
  readonly brings?: JsonObject;
  /** What each evidence of a kind has to say where the gate asks for it and has no rule of its own: CEL over `e`. */
  readonly judges?: { readonly kind: string; readonly each: string };
  /** Values of terms that are there, where the gate does not say. */
  readonly fills?: JsonObject;
  /** What to do while it is open, where the gate does not say. */
  readonly message: string;
}

const passed = 'e.result == "PASSED"';
const byBuild = { purposes: ['build'] };
const byVerification = { purposes: ['verification'] };

/** What each type of gate does of its own. */
export const gateTypes: Readonly<Record<GateType, GateTypeTerms>> = {
  DEFINITION_OF_DONE: {
    words: 'what the team has agreed that "done" means',
    needs: ['evidence', 'checklist', 'rule', 'artifacts', 'metric'],
    fills: { evidence: { per: 'bundle' }, artifacts: { kind: 'INCREMENT' } },
    message: 'Do what the Definition of Done asks for, and attach its evidence: lane evidence attach {bundle}',
  },
  APPROVAL: {
    words: 'the agreement of people',
    needs: ['approvals'],
    fills: { approvals: { count: 1 } },
    message: 'Ask somebody who may approve: lane approve {promotion}',
  },
  COMPLIANCE: {
    words: 'a rule that must be kept',
    needs: [...termMembers],
    message: 'Do what the rule asks for; what it says: lane why {promotion}',
  },
  ADM_PHASE: {
    words: 'the deliverables of a phase of the Architecture Development Method',
    needs: ['artifacts', 'evidence', 'checklist', 'approvals', 'rule'],
    requires: ['artifacts.phase'],
    fills: { artifacts: { kind: 'ADM_DELIVERABLE', state: 'ACCEPTED' }, evidence: { per: 'bundle' } },
    message: 'Have the deliverables of the phase accepted: lane transformation apply FILE',
  },
  PI_OBJECTIVE: {
    words: 'objectives of the Program Increment',
    needs: ['artifacts', 'evidence', 'rule', 'metric'],
    brings: { artifacts: { kind: 'PI_OBJECTIVE', state: 'ACCEPTED', share: 0.8 } },
    fills: { artifacts: { kind: 'PI_OBJECTIVE' }, evidence: { per: 'bundle' } },
    message: 'Have the PI Objectives accepted: lane transformation apply FILE',
  },
  ARCHITECTURE_BOARD: {
    words: 'the acceptance of the Architecture Board',
    needs: ['approvals', 'evidence', 'artifacts'],
    brings: { approvals: { count: 1, roles: ['architecture-board'] } },
    fills: { approvals: { count: 1, roles: ['architecture-board'] }, evidence: { per: 'bundle' } },
    message: 'Ask the Architecture Board: lane approve {promotion}',
  },
  SUPPLY_CHAIN: {
    words: 'proof of where the artifacts come from and of what is in them',
    needs: ['evidence', 'commits', 'rule'],
    fills: { evidence: { per: 'artifact', signers: byBuild } },
    message: 'Release again, so that each artifact is described and signed: lane release',
  },
  TESTS: {
    words: 'tests that passed',
    needs: ['evidence', 'rule'],
    brings: { evidence: { kind: 'test-result' } },
    judges: { kind: 'test-result', each: passed },
    fills: { evidence: { kind: 'test-result', per: 'image', signers: byBuild } },
    message: 'Correct the product until its tests pass, and release again: lane release',
  },
  SCAN: {
    words: 'a scan for vulnerabilities that found nothing that matters',
    needs: ['evidence', 'rule'],
    brings: { evidence: { kind: 'scan' } },
    judges: { kind: 'scan', each: 'e.critical == 0 && e.high == 0' },
    fills: { evidence: { kind: 'scan', per: 'image', maxAge: '7d', signers: byBuild } },
    message: 'Scan again, and update what was found: lane evidence attach {bundle} --kind scan',
  },
  GUARDRAIL: {
    words: 'charts that keep to the guardrails',
    needs: ['evidence', 'rule'],
    brings: { evidence: { kind: 'guardrail' } },
    judges: { kind: 'guardrail', each: passed },
    fills: { evidence: { kind: 'guardrail', per: 'chart', signers: byBuild } },
    message: 'Correct the charts until they keep to the guardrails, and release again: lane release',
  },
  HELM_TEST: {
    words: 'chart tests that passed',
    needs: ['evidence', 'rule'],
    brings: { evidence: { kind: 'helm-test' } },
    judges: { kind: 'helm-test', each: passed },
    fills: { evidence: { kind: 'helm-test', per: 'bundle', signers: byVerification } },
    message: 'Run the chart tests again: lane why {promotion} names the one that failed',
  },
  FREEZE: {
    words: 'an open window',
    needs: ['window'],
    message: 'Wait until the window opens',
  },
};
