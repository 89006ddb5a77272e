import { execa } from 'execa';
import { LanekeeperError } from '../../core/errors.js';

/** A command to run. */
export interface ProcessRequest {
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd: string;
  /** The whole environment of the child; nothing is inherited. */
  readonly env: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
  /** Kills the process group when it fires. */
  readonly signal?: AbortSignal;
  /** Called about every `heartbeatMs` while the child runs. */
  readonly onHeartbeat?: () => void;
  readonly heartbeatMs?: number;
  /** Its standard input; empty by default. */
  readonly input?: Uint8Array;
  /** How much standard output is kept; by default 64 MiB. */
  readonly maxStdoutBytes?: number;
}

/** How a command ended. */
export interface ProcessResult {
  /** `undefined` when a signal ended it. */
  readonly exitCode: number | undefined;
  readonly timedOut: boolean;
  /** Standard output, from its beginning, up to the limit. */
  readonly stdout: Buffer;
  /** Whether there was more output than that. */
  readonly truncated: boolean;
  /** The last lines of both streams in the order of arrival, for messages. */
  readonly tail: string;
}

const defaultMaxStdoutBytes = 64 * 1024 * 1024;
const maxTailBytes = 64 * 1024;
/** How long output is still read after the command has exited. What it wrote itself is readable at once, with its exit. */
const drainMs = 1_000;

/**
 * Runs a command in a process group of its own; when it ends, is aborted or takes too long, the whole group is killed,
 * so that nothing that it started is left behind.
 * @throws UNAVAILABLE when the command cannot be started; the reason of `signal` when that fires
 */
export async function runProcess(request: ProcessRequest): Promise<ProcessResult> {
  const { signal: cancelSignal } = request;
  cancelSignal?.throwIfAborted();
  const child = execa(request.command, request.args, {
    ...{
      cwd: request.cwd,
      env: request.env,
      extendEnv: false,
      buffer: false,
      encoding: 'buffer',
      reject: false,
    },
    ...(request.input === undefined ? { stdin: 'ignore' as const } : { input: request.input }),
    ...{
      detached: true,
      timeout: request.timeoutMs,
      killSignal: 'SIGKILL',
      ...(cancelSignal !== undefined && { cancelSignal }),
    },
  });
  const killGroup = (): void => {
    if (child.pid === undefined) return;
    try {
      process.kill(-child.pid, 'SIGKILL');
    } catch {
      // The group is gone already.
    }
  };
  // A grandchild that holds the pipes open must not keep us waiting: kill the group once its leader has exited, and stop
  // reading soon after, for one that has left the group.
  let stopReading: NodeJS.Timeout | undefined;
  child.once('exit', () => {
    killGroup();
    stopReading = setTimeout(() => {
      child.stdout.destroy();
      child.stderr.destroy();
    }, drainMs);
  });
  const beat = setInterval(() => request.onHeartbeat?.(), request.heartbeatMs ?? 2_000);
  const output = new OutputBuffer(request.maxStdoutBytes ?? defaultMaxStdoutBytes);
  child.stdout.on('data', (chunk: Buffer) => {
    output.addStdout(chunk);
  });
  child.stderr.on('data', (chunk: Buffer) => {
    output.addTail(chunk);
  });
  try {
    const { exitCode, signal, timedOut, cause } = await child;
    cancelSignal?.throwIfAborted();
    if (exitCode === undefined && signal === undefined && !timedOut) throw cannotStart(request.command, cause);
    return { exitCode, timedOut, stdout: output.stdout, truncated: output.truncated, tail: output.tail };
  } finally {
    clearInterval(beat);
    clearTimeout(stopReading);
    killGroup();
  }
}

function cannotStart(command: string, cause: unknown): LanekeeperError {
  return new LanekeeperError(
    'UNAVAILABLE',
    {
      message: `${command} cannot be started`,
      object: command,
      next: `check that ${command} is installed and on PATH`,
    },
    { cause },
  );
}

/** Bounded output: anything above the limits is dropped, so that a verbose child cannot exhaust memory. */
class OutputBuffer {
  #stdout: Buffer[] = [];
  #stdoutBytes = 0;
  #tail = Buffer.alloc(0);
  readonly #maxStdoutBytes: number;
  truncated = false;

  constructor(maxStdoutBytes: number) {
    this.#maxStdoutBytes = maxStdoutBytes;
  }

  addStdout(chunk: Buffer): void {
    this.addTail(chunk);
    this.truncated ||= this.#stdoutBytes + chunk.length > this.#maxStdoutBytes;
    if (this.truncated) return;
    this.#stdout.push(chunk);
    this.#stdoutBytes += chunk.length;
  }

  addTail(chunk: Buffer): void {
    this.#tail = Buffer.concat([this.#tail, chunk]).subarray(-maxTailBytes);
  }

  get stdout(): Buffer {
    return Buffer.concat(this.#stdout);
  }

  get tail(): string {
    return this.#tail.toString('utf8');
  }
}
