import type { EvidenceDemand } from '../demands.js';
import type { Gate } from '../model.js';
import type { TermName } from '../terms/names.js';
import { type Verdict, verdicts } from '../verdict.js';
import { wordsOfDemands } from '../words.js';

const ofTerm: Readonly<Record<TermName, (gate: Gate) => readonly Verdict[]>> = {
  evidence: ({ evidence }) => [
    'PASS',
    'PENDING',
    'ERROR',
    ...(evidence !== undefined && canBeAboutNothing(evidence) ? (['NOT_APPLICABLE'] as const) : []),
  ],
  rule: ({ evidence }) => ['PASS', evidence === undefined ? 'PENDING' : 'FAIL', 'ERROR'],
  signatures: () => ['PASS', 'FAIL', 'PENDING'],
  metric: () => ['PASS', 'FAIL', 'PENDING', 'ERROR'],
  artifacts: () => ['PASS', 'FAIL', 'PENDING'],
  predecessors: () => ['PASS', 'PENDING'],
  soak: () => ['PASS', 'PENDING'],
  window: () => ['PASS', 'PENDING'],
  checklist: () => ['PASS', 'FAIL', 'PENDING', 'ERROR'],
  approvals: () => ['PASS', 'PENDING'],
};

/** The verdicts that a gate can have, by what it is made of. */
export function possibleVerdicts(gate: Gate): readonly Verdict[] {
  const possible = new Set(wordsOfDemands(gate).flatMap(({ term }) => ofTerm[term](gate)));
  if (gate.waiver?.allowed === true) possible.add('WAIVED');
  return verdicts.filter((verdict) => possible.has(verdict));
}

/** A bundle is never without itself, and may have nothing else. */
function canBeAboutNothing(demand: EvidenceDemand): boolean {
  if ('kind' in demand) return demand.per !== 'bundle';
  return ('allOf' in demand ? demand.allOf : demand.anyOf).every(canBeAboutNothing);
}
