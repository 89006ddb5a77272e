/** The parts of which a gate can consist, in the order in which they are judged. */
export const termNames = ['evidence', 'rule', 'signatures', 'approvals'] as const;

/** One of the parts. */
export type TermName = (typeof termNames)[number];
