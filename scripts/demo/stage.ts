/** What one step of the demo should show, and what was observed. With `--json`, one JSON object per step. */
export interface StepReport {
  readonly step: string;
  readonly expected: string;
  readonly seen: string;
  readonly ok: boolean;
  readonly durationMs: number;
  readonly workflowId: string | null;
}

/** What a step observed after its action. */
export interface Seen {
  readonly ok: boolean;
  readonly seen: string;
  readonly workflowId?: string;
}

/** Thrown when a step failed: later steps depend on it. */
export class StepFailed extends Error {}

/** All steps in order. A step that was not reached counts as failed. */
export const stepIds = [
  'stack.ready',
  'release.built',
  'release.described',
  'release.signed',
  'release.qualified',
  'release.sealed',
  'bronze.live',
  'silver.started-in-temporal',
  'silver.waits',
  'silver.evidence',
  'silver.live',
  'gold.waits',
  'gold.self-approval-refused',
  'gold.forged-signal-refused',
  'gold.approved-by-cli',
  'gold.approved-by-signal',
  'gold.live',
  'second.crash',
  'second.live',
  'rollback.live',
  'rollback.traffic',
  'time.frozen',
  'time.held',
  'time.hotfix',
  'time.resumed',
  'time.recalled',
  'rules.profiles',
  'rules.replayed',
  'rules.published',
  'tamper.refused',
] as const;

/** The id of a step. */
export type StepId = (typeof stepIds)[number];

/** Narrates the demo and records the result of each step. */
export class Stage {
  readonly reports: StepReport[] = [];
  private readonly json: boolean;

  constructor(json: boolean) {
    this.json = json;
  }

  /**
   * Prints a sentence for people. With `--json` it goes to standard error, so that standard output has only the reports.
   */
  say(text: string): void {
    (this.json ? process.stderr : process.stdout).write(`${text}\n`);
  }

  /** Prints the command that a person would type. */
  command(...words: readonly string[]): void {
    this.say(`    $ ${words.map((word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word}'`)).join(' ')}`);
  }

  /** Runs a step and reports it. @throws StepFailed when it did not show what it should */
  async step(step: StepId, expected: string, act: () => Promise<Seen>): Promise<void> {
    const begun = performance.now();
    let seen: Seen;
    try {
      seen = await act();
    } catch (error) {
      seen = { ok: false, seen: error instanceof Error ? error.message : String(error) };
    }
    this.report({
      step,
      expected,
      seen: seen.seen,
      ok: seen.ok,
      durationMs: Math.round(performance.now() - begun),
      workflowId: seen.workflowId ?? null,
    });
    if (!seen.ok) throw new StepFailed(step);
  }

  /** Reports every step that was not reached. @returns whether all steps succeeded */
  close(): boolean {
    const reached = new Set(this.reports.map((report) => report.step));
    for (const step of stepIds) {
      if (!reached.has(step))
        this.report({
          step,
          expected: 'the step is reached',
          seen: 'an earlier step failed',
          ok: false,
          durationMs: 0,
          workflowId: null,
        });
    }
    return this.reports.every((report) => report.ok);
  }

  private report(report: StepReport): void {
    this.reports.push(report);
    if (this.json) process.stdout.write(`${JSON.stringify(report)}\n`);
    else
      this.say(
        `${report.ok ? '✓' : '✗'} ${report.step}  ${report.seen}${report.durationMs > 0 ? `  (${(report.durationMs / 1_000).toFixed(1)} s)` : ''}`,
      );
  }
}
