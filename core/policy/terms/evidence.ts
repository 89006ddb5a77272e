import { howToAttach } from '../attach-command.js';
import type { EvidenceRule } from '../demands.js';
import type { EvidenceFact } from '../facts.js';
import type { Gate } from '../model.js';
import type { JudgeTerm } from './term.js';

/** Whether the evidence that a gate asks for is there. Damaged evidence is an error, not absence. */
export const judgeEvidence: JudgeTerm = (gate, { evidence }) => {
  if (evidence === undefined) return undefined;
  const { accepted, damaged, expiresAt, lacking, missing, notApplicable } = evidence;
  if (notApplicable)
    return {
      verdict: 'NOT_APPLICABLE',
      explanation: 'the bundle has nothing that this gate is about',
      reliedOn: [],
    };
  const common = {
    reliedOn: accepted.map(({ id }) => ({ kind: 'evidence' as const, id })),
    ...(expiresAt !== undefined && { recheckAt: new Date(expiresAt).toISOString() }),
  };
  if (missing.length === 0) return { ...common, verdict: 'PASS', explanation: passText(accepted) };
  return {
    ...common,
    verdict: damaged === undefined ? 'PENDING' : 'ERROR',
    explanation: missing.join('; '),
    ...(damaged === undefined && nextOf(gate, lacking)),
    waitsFor: 'evidence',
  };
};

/** Nothing where a part of what is missing cannot come from people: then its type says more. */
function nextOf({ evidence, titles }: Gate, lacking: readonly EvidenceRule[]): { readonly next?: string } {
  const ways = lacking.map((rule) => howToAttach(rule, titles));
  const known = [...new Set(ways.filter((way) => way !== undefined))];
  const isChoice = evidence !== undefined && 'anyOf' in evidence;
  if (known.length === 0 || (ways.includes(undefined) && !isChoice)) return {};
  return { next: known.join(isChoice ? '; or ' : '; and ') };
}

function passText(accepted: readonly EvidenceFact[]): string {
  const signers = [...new Set(accepted.map((item) => item.signer?.principal ?? 'nobody'))].join(', ');
  return `${accepted.length} found, signed by ${signers}`;
}
