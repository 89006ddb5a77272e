/**
 * The messages of set-up. They go to standard error, because standard output belongs to the command that runs afterwards
 * (`npm run --silent demo -- --once --json` prints only its own output there). Parts run side by side, so each line
 * names its part.
 */
import { AsyncLocalStorage } from 'node:async_hooks';

const started = Date.now();
const currentPart = new AsyncLocalStorage();

/** Runs `work`; every line that it prints names `part`. */
export function inPart(part, work) {
  return currentPart.run(part, work);
}

/** Prints one line of progress. */
export function say(text) {
  const seconds = ((Date.now() - started) / 1000).toFixed(0).padStart(4);
  const part = currentPart.getStore();
  process.stderr.write(`[setup ${seconds} s] ${part === undefined ? '' : `${part}: `}${text}\n`);
}

/** Runs `work` and prints every five seconds that it is still running; `detail()` adds its progress. */
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

/** An error whose message tells a person what to do; it is printed without a stack trace. */
export class SetupError extends Error {}

/** The text to print for an error: with a stack trace only for an unexpected one. */
export function describeError(error) {
  return error instanceof SetupError ? error.message : (error.stack ?? String(error));
}
