import { asLanekeeperError } from '../core/errors.js';

// Classes of SQLSTATE: connection, rolled back (deadlock, serialization), resources, locks and shutdowns, the system.
const transientClasses = /^(08|40|53|55|57|58)|^25P0/;

/** Whether PostgreSQL was away or overloaded, so that the same work can succeed later. */
export function isTransient(error: unknown): boolean {
  const known = asLanekeeperError(error);
  if (known !== undefined) return known.code === 'UNAVAILABLE' || known.code === 'BUSY';
  if (!(error instanceof Error)) return false;
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  return (
    transientClasses.test(code) ||
    /^E(CONN|PIPE|TIMEDOUT)/.test(code) ||
    /Connection terminated|not queryable/.test(error.message)
  );
}
