import type { EvidenceFact } from '../facts.js';
import type { JudgeTerm } from './term.js';

/** Whether the evidence that a gate asks for is there. Damaged evidence is an error, not absence. */
export const judgeEvidence: JudgeTerm = (_gate, { evidence }) => {
  if (evidence === undefined) return undefined;
  const { accepted, damaged, expiresAt, missing, notApplicable } = evidence;
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
    waitsFor: 'evidence',
  };
};

function passText(accepted: readonly EvidenceFact[]): string {
  const signers = [...new Set(accepted.map((item) => item.signer?.principal ?? 'nobody'))].join(', ');
  return `${accepted.length} found, signed by ${signers}`;
}
