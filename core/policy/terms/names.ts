/**
 * The parts of which a gate can consist, in the order in which they are judged: what time alone settles comes first, and
 * people, who should not be asked before the rest is there, come last.
 */
export const termNames = [
  'evidence',
  'rule',
  'signatures',
  'metric',
  'artifacts',
  'predecessors',
  'soak',
  'window',
  'checklist',
  'approvals',
] as const;

/** One of the parts. */
export type TermName = (typeof termNames)[number];
