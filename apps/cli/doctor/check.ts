/** One check of `lane doctor`. */
export interface Check {
  readonly name: string;
  readonly ok: boolean;
  readonly found: string;
  /** What to do about it; empty when there is nothing to do. */
  readonly fix: string;
}

/** What a check found. */
export interface Found {
  readonly found: string;
  readonly ok?: boolean;
  readonly fix?: string;
}
