import { readEnvironment } from './program/config.js';
import { exitCodes } from './errors/exit-codes.js';
import { runLane } from './program/program.js';
import { openTerminal } from './program/terminal.js';

const interrupted = new AbortController();
process.on('SIGINT', () => {
  // The first one ends the watching; a second one ends everything that may hang here. Nothing elsewhere is stopped by
  // either.
  if (interrupted.signal.aborted) process.exit(exitCodes.interrupted);
  interrupted.abort();
});
// A reader that has seen enough (`lane … | head`) is no error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(exitCodes.ok);
});

const environment = readEnvironment();
process.exitCode = await runLane(process.argv.slice(2), {
  environment,
  terminal: openTerminal(environment.colour),
  signal: interrupted.signal,
});
