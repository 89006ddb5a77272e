import { readEnvironment } from './program/config.js';
import { exitCodes } from './errors/exit-codes.js';
import { runLane } from './program/program.js';
import { openTerminal } from './program/terminal.js';

const interrupted = new AbortController();
process.on('SIGINT', () => {
  // The first Ctrl-C ends the watching; a second one exits at once, even if something hangs. Neither stops anything
  // outside this process.
  if (interrupted.signal.aborted) process.exit(exitCodes.interrupted);
  interrupted.abort();
});
// It is not an error when the reader closes the pipe early (`lane … | head`).
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(exitCodes.ok);
});

const environment = readEnvironment();
process.exitCode = await runLane(process.argv.slice(2), {
  environment,
  terminal: openTerminal(environment.colour),
  signal: interrupted.signal,
});
