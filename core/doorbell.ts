/**
 * Remembers that something happened until somebody looks: many rings are one. Used where handlers only note and a loop
 * acts.
 */
export class Doorbell {
  private rung: boolean;

  constructor(rung = false) {
    this.rung = rung;
  }

  /** Notes that something happened. */
  ring(): void {
    this.rung = true;
  }

  /** Whether it rang since it was last answered. */
  isRung(): boolean {
    return this.rung;
  }

  /** Takes note of the rings so far. */
  answer(): void {
    this.rung = false;
  }
}
