import { windowAt } from '../window.js';
import type { JudgeTerm } from './term.js';

/** Whether the window of a gate is open, and until when it stays as it is. */
export const judgeWindow: JudgeTerm = ({ window }, { now }) => {
  if (window === undefined) return undefined;
  const { open, until, reason } = windowAt(window, now);
  const change = until === undefined ? {} : { recheckAt: until };
  const when = until === undefined ? '' : ` until ${until}`;
  if (open)
    return { ...change, verdict: 'PASS', explanation: `the window is open${when} (${window.zone})`, reliedOn: [] };
  return {
    ...change,
    verdict: 'PENDING',
    explanation: `the window is closed${when} (${window.zone})${reason === undefined ? '' : `: ${reason}`}`,
    ...(until !== undefined && { next: `wait until ${until}` }),
    waitsFor: 'time',
    reliedOn: [],
  };
};
