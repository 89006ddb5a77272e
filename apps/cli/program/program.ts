import { Command, CommanderError } from 'commander';
import packageFile from '../../../package.json' with { type: 'json' };
import type { MakeAction } from './command-module.js';
import { commands } from '../commands/commands.js';
import type { CliEnvironment } from './config.js';
import { createContext, type GlobalOptions } from './context.js';
import { nearest } from '../../../core/did-you-mean.js';
import { reportError, usageError } from '../errors/report-error.js';
import { type ExitCode, exitCodes } from '../errors/exit-codes.js';
import type { Terminal } from './terminal.js';

/** What one run of `lane` needs from outside. */
export interface RunOptions {
  readonly environment: CliEnvironment;
  readonly terminal: Terminal;
  /** Aborts on Ctrl-C. */
  readonly signal: AbortSignal;
}

const optionsWithValue = ['-o', '--output', '--as', '--stack'];

/** Runs `lane` with arguments. @returns the exit code */
export async function runLane(argv: readonly string[], { environment, terminal, signal }: RunOptions): Promise<number> {
  let exitCode: number = exitCodes.ok;
  const makeAction: MakeAction = (handler) =>
    async function (this: Command) {
      const context = createContext(this.optsWithGlobals<GlobalOptions>(), environment, terminal, signal);
      // Commander has checked arguments and options against the definition beside the handler.
      exitCode =
        (await handler(context, this.processedArgs as unknown as Parameters<typeof handler>[1], this.opts())) ??
        exitCodes.ok;
    };
  const program = createRoot(terminal);
  const chosen = chosenCommands(argv);
  try {
    for (const { name, summary, group, load } of commands) {
      const command = program.command(name).summary(summary).description(summary).helpGroup(group);
      if (chosen.includes(name)) (await load()).define(command, makeAction);
    }
    inheritSettings(program);
    refuseUnknown(program, chosen);
    await program.parseAsync([...argv], { from: 'user' });
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError) return misuse(error, terminal, outputIn(argv));
    return reportError(error, terminal, outputIn(argv));
  }
}

/** Commander shows the help of the program for `lane WORD --help`, whatever the word is. */
function refuseUnknown(program: Command, [first]: readonly string[]): void {
  const names = program.commands.map((each) => each.name());
  if (first === undefined || names.includes(first)) return;
  const meant = nearest(first, names);
  throw usageError(
    `unknown command '${first}'`,
    meant === undefined ? (otherPrograms[first] ?? 'lane help, or lane help COMMAND') : `did you mean ${meant}?`,
  );
}

/** Words that people try, and what does it. */
const otherPrograms: Readonly<Record<string, string>> = {
  stack: 'a stack is started by  npm start , and operated by  node dist/stack.js ; docs/operating.md describes it',
};

/** The exit code when commander ended the run: it showed help or the version, or rejected the command line. */
function misuse(error: CommanderError, terminal: Terminal, format: string): ExitCode {
  if (error.exitCode === 0) return exitCodes.ok;
  return error.code === 'commander.help' ? exitCodes.usage : reportMisuse(error, terminal, format);
}

function createRoot(terminal: Terminal): Command {
  return new Command('lane')
    .description('Release governance: bundles climb bronze, silver and gold as durable, signed, explainable promotions')
    .version(packageFile.version, '-V, --version', 'Print the version')
    .helpOption('-h, --help', 'Show help')
    .option(
      '-o, --output <format>',
      'Output format: table, json or yaml. Data goes to standard output, everything else to standard error',
      'table',
    )
    .option('--as <person>', 'Person to act as (default: LANE_AS, else dev)')
    .option('--stack <path>', 'Stack to use: its stack.json, or a folder that contains it (default: LANEKEEPER_STACK)')
    .helpCommand(false)
    .exitOverride()
    .configureHelp({ sortSubcommands: false, showGlobalOptions: true })
    .configureOutput({
      writeOut: (text) => terminal.print(text.trimEnd()),
      // Only the help of a command that needs a subcommand; a rejected command line is reported like other errors.
      writeErr: (text) => (text.startsWith('Usage:') ? terminal.note(text.trimEnd()) : undefined),
    })
    .addHelpText('after', '\nTo begin: lane init, then lane release. Exit codes: lane help exit-codes.');
}

/** Reports a rejected command line in the format of every other error. */
function reportMisuse(error: CommanderError, terminal: Terminal, format: string): ExitCode {
  const [message = '', suggestion = ''] = error.message.replace(/^error: /, '').split('\n');
  const meant = /Did you mean (.*)\?/.exec(suggestion)?.[1];
  return reportError(
    usageError(message, meant === undefined ? 'lane help, or lane help COMMAND' : `did you mean ${meant}?`),
    terminal,
    format,
  );
}

/**
 * Subcommands that a command module defines do not inherit the settings of the program on their own.
 */
function inheritSettings(command: Command): void {
  for (const child of command.commands) {
    child.copyInheritedSettings(command);
    if (child.commands.length > 0) child.helpCommand('help [command]', 'Explain a command');
    inheritSettings(child);
  }
}

/** The commands whose modules are needed: the first word that is not an option, and for `help` also its topic. */
function chosenCommands(argv: readonly string[]): readonly string[] {
  const words = argv.filter(
    (word, index) => !word.startsWith('-') && !optionsWithValue.includes(argv[index - 1] ?? ''),
  );
  return words[0] === 'help' ? words.slice(0, 2) : words.slice(0, 1);
}

function outputIn(argv: readonly string[]): string {
  const joined = argv.find((word) => /^(-o|--output=)(json|yaml|table)$/.test(word));
  if (joined !== undefined) return joined.replace(/^(-o|--output=)/, '');
  const at = argv.findIndex((word) => word === '-o' || word === '--output');
  return at === -1 ? 'table' : (argv[at + 1] ?? 'table');
}
