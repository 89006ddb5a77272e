/** The state of one part. */
export interface PartHealth {
  readonly ok: boolean;
  readonly detail?: string;
}
