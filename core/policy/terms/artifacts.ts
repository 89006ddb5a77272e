import type { ArtifactRule } from '../demands.js';
import type { MethodArtifactFact } from '../facts.js';
import type { JudgeTerm } from './term.js';

/** Whether the artifacts of the method that a gate asks for have reached their state in the transformation of the product. */
export const judgeArtifacts: JudgeTerm = ({ artifacts: rule }, { facts }) => {
  if (rule === undefined) return undefined;
  const { transformation, product } = facts;
  if (transformation === undefined)
    return {
      verdict: 'PENDING',
      explanation: `${product} belongs to no transformation, so that nothing is known of its artifacts`,
      next: `name ${product} in a transformation: lane transformation apply FILE`,
      waitsFor: 'evidence',
      reliedOn: [],
    };
  const found = transformation.elements.filter((element) => isMeant(element, rule));
  const reached = found.filter(({ state }) => hasReached(state, rule.state));
  const absent = (rule.keys ?? []).filter((key) => !found.some((element) => element.key === key));
  const total = found.length + absent.length;
  const needed = Math.max(rule.min, Math.ceil(total * rule.share));
  const counted = `${String(reached.length)} of ${String(Math.max(total, rule.min))} ${wordsOf(rule)} reached ${rule.state}, ${String(needed)} needed`;
  if (reached.length >= needed) return { verdict: 'PASS', explanation: counted, reliedOn: [] };
  const open = [
    ...absent.map((key) => `${key} is not there`),
    ...found.filter((one) => !reached.includes(one)).map(({ key, state }) => `${key} is ${state}`),
  ];
  const shown = open.slice(0, 10).join('; ');
  const more = open.length > 10 ? `; and ${String(open.length - 10)} more` : '';
  return {
    verdict: found.some(({ state }) => state === 'REJECTED') ? 'FAIL' : 'PENDING',
    explanation: open.length === 0 ? counted : `${counted}: ${shown}${more}`,
    waitsFor: 'evidence',
    reliedOn: [],
  };
};

function isMeant({ kind, key, phase }: MethodArtifactFact, rule: ArtifactRule): boolean {
  if (kind !== rule.kind) return false;
  // People write the phase G, and g.
  if (rule.phase !== undefined && phase.toLowerCase() !== rule.phase.toLowerCase()) return false;
  return rule.keys === undefined || rule.keys.includes(key);
}

function hasReached(state: MethodArtifactFact['state'], wanted: ArtifactRule['state']): boolean {
  return state === 'ACCEPTED' || state === wanted;
}

function wordsOf({ kind, phase }: ArtifactRule): string {
  const words = {
    INCREMENT: 'Increments',
    PI_OBJECTIVE: 'PI Objectives',
    ADM_DELIVERABLE: 'ADM deliverables',
  } as const;
  const name = kind === 'ARCHITECTURE_CONTRACT' ? 'Architecture contracts' : words[kind];
  return phase === undefined ? name : `${name} of phase ${phase.toUpperCase()}`;
}
