import type { ReadFacts } from '../../../core/decision/read-facts.js';

/** What is different in newer facts, one line each, for somebody who has read the older ones. */
export function changesOf(older: ReadFacts, newer: ReadFacts): readonly string[] {
  const verdicts = new Map(older.gates.map(({ gate, verdict }) => [gate, verdict]));
  const known = new Set(older.evidence.map(({ id }) => id));
  const still = new Set(newer.evidence.map(({ id }) => id));
  return [
    ...newer.gates.flatMap(({ gate, verdict }) => {
      const before = verdicts.get(gate);
      return before === verdict
        ? []
        : [`gate ${gate} is ${verdict}${before === undefined ? '' : `, and was ${before}`}`];
    }),
    ...newer.evidence.flatMap(({ id, kind, signer }) => (known.has(id) ? [] : [`new evidence: ${kind} by ${signer}`])),
    ...older.evidence.flatMap(({ id, kind }) => (still.has(id) ? [] : [`evidence no longer counts: ${kind}`])),
    ...(older.liveBundle === newer.liveBundle ? [] : ['another bundle is live in the lane']),
    ...(older.requester === newer.requester ? [] : [`requested by ${newer.requester || 'nobody who has signed'}`]),
    ...newer.notices.filter((notice) => !older.notices.includes(notice)),
  ];
}
