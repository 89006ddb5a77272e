import { gateTypes } from './gate-types.js';
import type { Gate } from './model.js';
import type { TermName } from './terms/names.js';
import type { TermResult } from './terms/term.js';

/**
 * In which words rounds say what to do next. `newest`: what the author of a gate has written counts, and where they have
 * written nothing, its open part says it. `earlier`: how rounds said it before that, so that what was recorded then can
 * still be replayed byte for byte.
 */
export type AdviceEdition = 'newest' | 'earlier';

/** What to do about an open gate, with its placeholders. @param says the part of it that says why it is open */
export function adviceOf(
  { type, message }: Pick<Gate, 'type' | 'message'>,
  says: Pick<TermResult, 'first' | 'next' | 'verdict' | 'recheckAt'> & { readonly term: TermName },
  edition: AdviceEdition,
): string {
  if (says.first !== undefined) return says.first;
  if (edition === 'earlier') return (saidItBefore(says) ? says.next : undefined) ?? message;
  return message === gateTypes[type].message ? (says.next ?? message) : message;
}

/** Whether a part of a gate said what to do before authors had the first word. */
function saidItBefore({ term, verdict, recheckAt }: Parameters<typeof adviceOf>[1]): boolean {
  if (verdict !== 'PENDING') return false;
  return term === 'checklist' || term === 'artifacts' || (term === 'soak' && recheckAt === undefined);
}
