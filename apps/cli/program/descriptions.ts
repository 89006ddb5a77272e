/** Descriptions of arguments and options that several commands have, so that help words them the same way. */
export const descriptions = {
  bundle: 'Bundle digest, or a unique prefix of it',
  promotion: 'Promotion id, or a unique prefix or suffix of it',
  product: 'Only entries of this product',
  lane: 'Lane: bronze, silver or gold',
  limit: 'Maximum number of entries',
  reason: 'Reason for the record',
  requiredReason: 'Reason for the record; required',
  yes: 'Do not ask for confirmation; required without a terminal',
  wait: 'Wait until the promotion is live or has ended; Ctrl-C ends only the waiting',
  timeout: 'Stop waiting after this time, for example 30m; the promotion continues',
  print: 'Send nothing: write the signed request to a file and print the temporal command that sends it',
  printOut: 'With --print: file to write',
  signal: 'Send nothing: write the signed decision to a file and print the temporal command that sends it',
  signalOut: 'With --signal: file to write',
  exitCode: 'Exit with 3 when a gate fails, and with 8 when something is still missing',
  failOnChange: 'Exit with 3 when a decision would have been another one, or a gate of it',
} as const;
