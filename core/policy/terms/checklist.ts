import { problemOfAnswer } from '../answers.js';
import { howToAnswer } from '../attach-command.js';
import type { ChecklistRule } from '../demands.js';
import { checklistKind, expiryOf, selectEvidence } from '../evidence.js';
import type { EvidenceFact } from '../facts.js';
import type { JudgeTerm } from './term.js';

/** Whether enough people have answered the questions of a gate, and their answers are those that let it pass. */
export const judgeChecklist: JudgeTerm = ({ id, checklist, titles }, { facts, now }) => {
  if (checklist === undefined) return undefined;
  const { roles, count, maxAgeSeconds } = checklist;
  const rule = { signers: { roles }, ...(maxAgeSeconds !== undefined && { maxAgeSeconds }) };
  const candidates = facts.evidence.filter(({ kind, attributes, problem }) => {
    return kind === checklistKind && (problem !== undefined || attributes['checklist'] === id);
  });
  const { good, reasons, damaged } = selectEvidence(rule, facts.bundle.digest, candidates, now);
  const newest = newestOfEach(good);
  const reliedOn = newest.map((item) => ({ kind: 'evidence' as const, id: item.id }));
  const expiries = newest.flatMap((item) => expiryOf(item, rule) ?? []);
  const common = {
    reliedOn,
    ...(expiries.length > 0 && { recheckAt: new Date(Math.min(...expiries)).toISOString() }),
  };
  if (damaged !== undefined) return { ...common, verdict: 'ERROR', explanation: damaged, waitsFor: 'evidence' };
  const wrong = newest.flatMap((item) => wrongAnswers(item, checklist));
  if (wrong.length > 0)
    return {
      ...common,
      verdict: 'FAIL',
      explanation: wrong.slice(0, 10).join('; '),
      next: `once it is so, ${howToAnswer(id, roles, titles)}`,
      waitsFor: 'evidence',
    };
  const people = newest.map(({ signer }) => signer?.principal ?? 'nobody').join(', ');
  if (newest.length >= count) return { ...common, verdict: 'PASS', explanation: `answered by ${people}` };
  const why = reasons.length > 0 ? `; not counted: ${reasons.join('; ')}` : '';
  return {
    ...common,
    verdict: 'PENDING',
    explanation: `${String(newest.length)} of ${String(count)} people have answered its ${String(checklist.questions.length)} questions${people === '' ? '' : ` (${people})`}${why}`,
    next: howToAnswer(id, roles, titles),
    waitsFor: 'evidence',
  };
};

/** What each person has said last. @param good the newest first */
function newestOfEach(good: readonly EvidenceFact[]): readonly EvidenceFact[] {
  const seen = new Set<string>();
  return good.filter(({ signer }) => {
    const name = signer?.principal ?? '';
    if (seen.has(name)) return false;
    seen.add(name);
    return true;
  });
}

function wrongAnswers({ answers = {}, signer }: EvidenceFact, { questions }: ChecklistRule): readonly string[] {
  return questions.flatMap(({ id, answer }) => {
    const problem = Object.hasOwn(answers, id) ? problemOfAnswer(answers[id], answer) : 'there is no answer';
    return problem === undefined ? [] : [`${id}, answered by ${signer?.principal ?? 'nobody'}: ${problem}`];
  });
}
