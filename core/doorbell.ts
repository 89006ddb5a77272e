/**
 * Remembers that something happened until it is handled: any number of rings counts as one. Used where handlers only
 * take note and a loop acts.
 */
export class Doorbell {
  private rung = false;

  /** Notes that something happened. */
  ring(): void {
    this.rung = true;
  }

  /** Whether it rang since it was last answered. */
  isRung(): boolean {
    return this.rung;
  }

  /** Marks the rings so far as handled. */
  answer(): void {
    this.rung = false;
  }
}
