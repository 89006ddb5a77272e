import { defaultPayloadConverter, type Payload, type PayloadConverter } from '@temporalio/common';
import { isShallow } from '../core/input.js';

/**
 * Reads what was sent to a run, and never throws. Anybody may send bytes that are no JSON, or JSON that is too deep for any
 * code to handle. Reading comes before any handler, and an error there, or a value over which a handler fails, would fail
 * the workflow task, which Temporal retries for ever: one message would stop the run. What
 * cannot be read arrives as undefined, and is refused or ignored like anything else that is not expected.
 *
 * The bundler takes this module by the name of its export.
 */
export const payloadConverter: PayloadConverter = {
  toPayload: (value) => defaultPayloadConverter.toPayload(value),
  fromPayload: readable as PayloadConverter['fromPayload'],
};

function readable(payload: Payload): unknown {
  try {
    const value = defaultPayloadConverter.fromPayload<unknown>(payload);
    return isShallow(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
