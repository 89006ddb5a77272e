/**
 * What each message is for and what to send, as the Temporal UI and `temporal workflow metadata` show it beside the
 * message. A new message needs one.
 */

const documented = 'Documented in docs/temporal-front-door.md.';
const authority =
  'Only the signature in the statement carries authority: sending it grants nothing, and anybody may send it.';
const statementUpdate = (what: string) =>
  `${what} Send {"statement": <Sigstore bundle as JSON, at most 32 KiB>}, which lane signs with --signal. ${authority} ` +
  `Answers {accepted, text, state, reason}. ${documented}`;

export const promotionMessages = {
  opened: {
    description: `Answers {promotionId, state, reason} once the record of the promotion is open, or fails with why it is not. Send nothing. ${documented}`,
  },
  decide: {
    description: statementUpdate('Takes any signed decision about this promotion; the verb is in the statement.'),
  },
  abort: {
    description: statementUpdate('Ends a promotion that is not live; the verb of the statement must be abort.'),
  },
  retry: { description: statementUpdate('Retries an ERRORED promotion; the verb of the statement must be retry.') },
  decision: {
    description:
      `Takes any signed decision about this promotion. Send the Sigstore bundle itself as JSON, at most 32 KiB. ${authority} ` +
      `The outcome shows in the query timeline. ${documented}`,
  },
  changed: {
    description: `A hint to look at PostgreSQL again. Send nothing: data is ignored and counted, and a hint carries no authority. ${documented}`,
  },
  status: { description: `Where the promotion stands, as the run last read it. Send nothing. ${documented}` },
  gates: {
    description: `The gates of the last round with verdict, explanation and next step. Send nothing. ${documented}`,
  },
  timeline: { description: `The last 50 entries; lane watch prints all. Send nothing. ${documented}` },
} as const;

export const releaseMessages = {
  opened: {
    description: `Answers {releaseId, state} once the record of the release is open, or fails with why it is not. Send nothing. ${documented}`,
  },
  status: { description: `Each step of the release with its state. Send nothing. ${documented}` },
} as const;

export const laneMessages = {
  changed: {
    description: `A hint to look at PostgreSQL again. Send nothing: a hint carries no authority. ${documented}`,
  },
  holder: {
    description: `Who holds the lane while others wait for it, else null. Send nothing. ${documented}`,
  },
} as const;
