import type { Command } from 'commander';
import type { Context } from './context.js';
import type { ExitCode } from '../errors/exit-codes.js';

/**
 * Runs a command with its arguments in order (an optional one may be undefined) and its options. The exit code is 0
 * when it returns none.
 */
export type CommandHandler<Args extends readonly unknown[], Options extends object> = (
  context: Context,
  args: Args,
  options: Options,
) => Promise<ExitCode | undefined>;

/** Turns a handler into an action for commander, which takes care of the context, errors and exit code. */
export type MakeAction = <Args extends readonly unknown[], Options extends object>(
  handler: CommandHandler<Args, Options>,
) => (this: Command) => Promise<void>;

/** A command in its own module, loaded only when the command is run or its help is requested. */
export interface CommandModule {
  /** Adds arguments, options and the action. */
  define(command: Command, makeAction: MakeAction): void;
}
