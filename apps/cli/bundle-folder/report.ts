import { messageOf, asLanekeeperError } from '../../../core/errors.js';

/** One thing that was checked. */
export interface Finding {
  readonly check: string;
  readonly object: string;
  readonly ok: boolean;
  /** Why it is not as it should be; empty otherwise. */
  readonly why: string;
}

/** Collects findings: a check that throws has failed, and the next ones are made all the same. */
export class VerificationReport {
  readonly findings: Finding[] = [];

  /** Makes a check. @returns what it returned, or undefined when it failed */
  async check<T>(check: string, object: string, work: () => T | Promise<T>): Promise<T | undefined> {
    try {
      const value = await work();
      this.findings.push({ check, object, ok: true, why: '' });
      return value;
    } catch (error) {
      this.findings.push({ check, object, ok: false, why: asLanekeeperError(error)?.why ?? messageOf(error) });
      return undefined;
    }
  }

  get failures(): readonly Finding[] {
    return this.findings.filter((finding) => !finding.ok);
  }
}
