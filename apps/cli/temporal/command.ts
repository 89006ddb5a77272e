import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { LanekeeperError } from '../../../core/errors.js';
import { taskQueues } from '../../../temporal-config/task-queues.js';
import type { Context } from '../program/context.js';

/** A message for Temporal's own command line. */
export interface FrontDoorMessage {
  /** The file that was written, absolute. */
  readonly file: string;
  /** The command, one element per argument. */
  readonly command: readonly string[];
}

/** Writes the input of a workflow and returns the command that starts it with Temporal's command line. */
export async function writeStart(
  context: Context,
  start: {
    readonly type: string;
    readonly workflowId: string;
    readonly input: unknown;
    readonly fileName: string;
    readonly out: string | undefined;
  },
): Promise<FrontDoorMessage> {
  const file = await write(context, start.out ?? start.fileName, start.input);
  const command = [
    'temporal',
    'workflow',
    'start',
    '--type',
    start.type,
    '--task-queue',
    taskQueues.control,
    '--workflow-id',
    start.workflowId,
  ];
  return {
    file,
    command: [...command, '--id-conflict-policy', 'UseExisting', '--input-file', file, ...address(context)],
  };
}

/** Writes a signed decision and returns the command that sends it with Temporal's command line. */
export async function writeSignal(
  context: Context,
  signal: {
    readonly workflowId: string;
    readonly statement: unknown;
    readonly fileName: string;
    readonly out: string | undefined;
  },
): Promise<FrontDoorMessage> {
  const file = await write(context, signal.out ?? signal.fileName, signal.statement);
  return {
    file,
    command: [
      'temporal',
      'workflow',
      'signal',
      '--workflow-id',
      signal.workflowId,
      '--name',
      'decision',
      '--input-file',
      file,
      ...address(context),
    ],
  };
}

/** Prints the command alone on standard output, so that a shell can run it. */
export async function showFrontDoor(context: Context, message: FrontDoorMessage, validForMs: number): Promise<void> {
  const hours = validForMs / 3_600_000;
  context.terminal.note(`signed by ${context.person}, valid for ${String(hours)} h: ${message.file}`);
  await context.show.object('TemporalCommand', { file: message.file, command: [...message.command] }, () =>
    message.command.map(shellWord).join(' '),
  );
}

/** Quotes a word for a POSIX shell. */
export function shellWord(word: string): string {
  return /^[A-Za-z0-9_/:=.,@%+-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`;
}

function address(context: Context): readonly string[] {
  const { temporalAddress, namespace } = context.stack();
  return ['--address', temporalAddress, '--namespace', namespace];
}

async function write(context: Context, name: string, value: unknown): Promise<string> {
  const file = resolve(context.cwd, name);
  try {
    await writeFile(file, `${JSON.stringify(value, undefined, 2)}\n`, { mode: 0o600 });
  } catch (error) {
    throw new LanekeeperError(
      'CONFIGURATION',
      { message: 'the file cannot be written', object: file, next: 'choose another file with --out FILE' },
      { cause: error },
    );
  }
  return file;
}
