import type { Command } from 'commander';
import type { Context } from './context.js';
import type { ExitCode } from '../errors/exit-codes.js';

/**
 * What a command does: with its arguments in order (an optional one may be undefined) and its options. Zero is the exit
 * code where it returns none.
 */
export type CommandHandler<Args extends readonly unknown[], Options extends object> = (
  context: Context,
  args: Args,
  options: Options,
) => Promise<ExitCode | undefined>;

/** Makes an action for commander of what a command does: context, errors and exit code are taken care of. */
export type MakeAction = <Args extends readonly unknown[], Options extends object>(
  handler: CommandHandler<Args, Options>,
) => (this: Command) => Promise<void>;

/** One command: a module of its own, loaded only when it is called or asked for its help. */
export interface CommandModule {
  /** Adds arguments, options and the action. */
  define(command: Command, makeAction: MakeAction): void;
}
