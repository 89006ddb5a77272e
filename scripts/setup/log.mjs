/**
 * What set-up says. Everything goes to standard error: standard output belongs to the command that runs afterwards
 * (`npm run --silent demo -- --once --json` prints nothing else there). Parts run side by side, so each line names its
 * part.
 */
import { AsyncLocalStorage } from 'node:async_hooks';

const started = Date.now();
const currentPart = new AsyncLocalStorage();

/** Carries out `work`; every line that it says names `part`. */
export function inPart(part, work) {
  return currentPart.run(part, work);
}

/** Prints one line of progress. */
export function say(text) {
  const seconds = ((Date.now() - started) / 1000).toFixed(0).padStart(4);
  const part = currentPart.getStore();
  process.stderr.write(`[setup ${seconds} s] ${part === undefined ? '' : `${part}: `}${text}\n`);
}

/** Runs `work`, and says every five seconds that it is still running; `detail()` adds what is known of its progress. */
export async function withHeartbeat(what, work, detail = () => '') {
  const begun = Date.now();
  const timer = setInterval(() => {
    const more = detail();
    say(`still ${what}, ${Math.round((Date.now() - begun) / 1000)} s${more ? `, ${more}` : ''}`);
  }, 5000);
  try {
    return await work();
  } finally {
    clearInterval(timer);
  }
}

/** A set-up error that tells a person what to do; it is printed without a stack. */
export class SetupError extends Error {}

/** What to print of an error: a stack only where nobody expected it. */
export function describeError(error) {
  return error instanceof SetupError ? error.message : (error.stack ?? String(error));
}
