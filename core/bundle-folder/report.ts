import { asLanekeeperError, messageOf } from '../errors.js';
import { BundleProblem, type ProblemKind } from './folder.js';

/** The result of one check. */
export interface Finding {
  readonly check: string;
  readonly object: string;
  readonly ok: boolean;
  /** Why the check failed; empty otherwise. */
  readonly why: string;
  /** What kind of problem that is. */
  readonly problem?: ProblemKind;
}

/** Collects findings: a check that throws has failed, and the following checks run all the same. */
export class VerificationReport {
  readonly findings: Finding[] = [];

  /** Runs a check. @returns what it returned, or undefined when it failed */
  async check<T>(check: string, object: string, work: () => T | Promise<T>): Promise<T | undefined> {
    try {
      const value = await work();
      this.findings.push({ check, object, ok: true, why: '' });
      return value;
    } catch (error) {
      const why = asLanekeeperError(error)?.why ?? messageOf(error);
      this.findings.push({ check, object, ok: false, why, problem: kindOf(error) });
      return undefined;
    }
  }

  get failures(): readonly Finding[] {
    return this.findings.filter((finding) => !finding.ok);
  }
}

function kindOf(error: unknown): ProblemKind {
  if (error instanceof BundleProblem) return error.kind;
  const code = asLanekeeperError(error)?.code;
  if (code === undefined) return 'unreadable';
  return code === 'SIGNATURE_INVALID' ? 'untrusted' : 'malformed';
}
