/**
 * What set-up says. Everything goes to standard error: standard output belongs to the command that runs afterwards
 * (`npm run --silent demo -- --once --json` prints nothing else there).
 */

const started = Date.now();

/** Prints one line of progress. */
export function say(text) {
  const seconds = ((Date.now() - started) / 1000).toFixed(0).padStart(4);
  process.stderr.write(`[setup ${seconds} s] ${text}\n`);
}

/** Runs `work`, and says every five seconds that it is still running; `detail()` adds what is known of its progress. */
export async function withHeartbeat(what, work, detail = () => '') {
  const begun = Date.now();
  const timer = setInterval(() => {
    const more = detail();
    say(`  still ${what}, ${Math.round((Date.now() - begun) / 1000)} s${more ? `, ${more}` : ''}`);
  }, 5000);
  try {
    return await work();
  } finally {
    clearInterval(timer);
  }
}

/** A set-up error that tells a person what to do; it is printed without a stack. */
export class SetupError extends Error {}
