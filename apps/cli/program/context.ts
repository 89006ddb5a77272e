import type { LanekeeperError } from '../../../core/errors.js';
import type { Clients } from '../connection/clients.js';
import type { CliEnvironment } from './config.js';
import { usageError } from '../errors/report-error.js';
import { type Identity, loadIdentity } from '../connection/identity.js';
import { createShow, type Format, formats, type Show } from '../output/show.js';
import { findStack, type Stack } from '../connection/stack.js';
import type { Terminal } from './terminal.js';

/** The options that every command accepts. */
export interface GlobalOptions {
  readonly output: string;
  readonly as?: string;
  readonly stack?: string;
}

/** Everything a command works with. What is expensive is created on first use. */
export interface Context {
  readonly cwd: string;
  readonly environment: CliEnvironment;
  readonly terminal: Terminal;
  readonly format: Format;
  readonly show: Show;
  /** Aborts on Ctrl-C. */
  readonly signal: AbortSignal;
  readonly now: () => Date;
  readonly person: string;
  stack(): Stack;
  identity(): Identity;
  api(): Promise<Clients>;
  /** Asks to confirm; without a terminal, only `--yes` confirms. @throws INVALID_INPUT when nobody can be asked */
  confirm(question: string, yes: boolean): Promise<boolean>;
}

/** Creates the context of one run of `lane`. @throws INVALID_INPUT when the output format is unknown */
export function createContext(
  options: GlobalOptions,
  environment: CliEnvironment,
  terminal: Terminal,
  signal: AbortSignal,
): Context {
  const format = parseFormat(options.output);
  const cwd = process.cwd();
  const person = options.as ?? environment.person;
  let stack: Stack | undefined;
  let identity: Identity | undefined;
  let clients: Promise<Clients> | undefined;
  const context: Context = {
    cwd,
    environment,
    terminal,
    format,
    show: createShow(terminal, format),
    signal,
    now: () => new Date(),
    person,
    stack: () => (stack ??= findStack(options.stack, environment, cwd)),
    identity: () => (identity ??= loadIdentity(context.stack(), person)),
    api: () =>
      (clients ??= import('../connection/clients.js').then(({ createClients }) =>
        createClients(context.stack().apiUrl, context.identity().token),
      )),
    async confirm(question, yes) {
      if (yes) return true;
      if (!terminal.isInteractive) throw cannotAsk();
      return /^y(es)?$/i.test(await terminal.ask(`${question} [y/N] `));
    },
  };
  return context;
}

function parseFormat(text: string): Format {
  const format = formats.find((each) => each === text);
  if (format !== undefined) return format;
  throw usageError(`unknown output format ${JSON.stringify(text)}`, `use -o ${formats.join('|')}`);
}

function cannotAsk(): LanekeeperError {
  return usageError('this needs confirmation, and there is no terminal to ask on', 'pass --yes');
}
