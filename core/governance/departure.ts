/** What is known of a version that is over. */
export interface Departed {
  /** Who drafted it; empty for what was installed. */
  readonly author: string;
  /** Whether somebody has published it. */
  readonly wasPublished: boolean;
  /** Who has signed that it is out of force; absent where nobody has. */
  readonly retiredBy?: string | undefined;
}

/** A version leaves because another one was published in its place, or because somebody wanted it to. */
export function whyDeparted({ author, wasPublished, retiredBy }: Departed): string {
  // What was installed nobody has published.
  const wasInForce = wasPublished || author === '';
  if (retiredBy === undefined) return wasInForce ? 'replaced' : 'retired';
  if (wasInForce) return 'taken out of force';
  return retiredBy === author ? 'withdrawn' : 'turned down';
}
