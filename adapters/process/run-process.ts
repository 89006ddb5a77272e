import { openSync, readFileSync } from 'node:fs';
import { execa } from 'execa';
import { LanekeeperError } from '../../core/errors.js';
import { inheritedDescriptors } from './inherited-descriptors.js';

/** A command to run. */
export interface ProcessRequest {
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd: string;
  /** The whole environment of the child; nothing is inherited. */
  readonly env: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
  /**
   * Whether the process that is started only waits for its child, the first process of a namespace. Then that child is
   * killed and the end of the started process awaited, because everything in the namespace has ended by then.
   */
  readonly waitsForNamespace?: boolean;
  /** Kills the command when it fires. */
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
/** How long a process that waits for a namespace may take to end after its child was killed. */
const namespaceEndMs = 10_000;

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
      stdio: streams(request.input === undefined ? 'ignore' : 'pipe'),
      buffer: false,
      encoding: 'buffer',
      reject: false,
    },
    ...(request.input !== undefined && { input: request.input }),
    detached: true,
  });
  const killGroup = (): void => {
    if (child.pid === undefined) return;
    try {
      process.kill(-child.pid, 'SIGKILL');
    } catch {
      // The group is gone already.
    }
  };
  const state = { timedOut: false };
  let giveUp: NodeJS.Timeout | undefined;
  const end = (): void => {
    if (request.waitsForNamespace !== true || !killChildrenOf(child.pid)) killGroup();
    else giveUp = setTimeout(killGroup, namespaceEndMs);
  };
  const timer = setTimeout(() => {
    state.timedOut = true;
    end();
  }, request.timeoutMs);
  cancelSignal?.addEventListener('abort', end);
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
    const { exitCode, signal, cause } = await child;
    cancelSignal?.throwIfAborted();
    if (exitCode === undefined && signal === undefined && !state.timedOut) throw cannotStart(request.command, cause);
    return {
      exitCode,
      timedOut: state.timedOut,
      stdout: output.stdout,
      truncated: output.truncated,
      tail: output.tail,
    };
  } finally {
    clearInterval(beat);
    clearTimeout(timer);
    clearTimeout(giveUp);
    cancelSignal?.removeEventListener('abort', end);
    clearTimeout(stopReading);
    killGroup();
  }
}

/** Standard output and error are read; what this process has inherited itself becomes /dev/null in the child. */
function streams<const Input extends 'ignore' | 'pipe'>(input: Input): [Input, 'pipe', 'pipe', ...('ignore' | 9)[]] {
  const others: ('ignore' | 9)[] = [];
  for (const descriptor of inheritedDescriptors()) {
    devNull ??= openSync('/dev/null', 'r');
    while (others.length < descriptor - 3) others.push('ignore');
    // The types of execa end at descriptor 9, but it accepts any.
    others[descriptor - 3] = devNull as 9;
  }
  return [input, 'pipe', 'pipe', ...others];
}

let devNull: number | undefined;

/** Kills the children of a process. @returns whether there were any */
function killChildrenOf(pid: number | undefined): boolean {
  try {
    const name = `/proc/${String(pid)}/task/${String(pid)}/children`;
    const children = readFileSync(name, 'utf8').trim().split(' ').filter(Boolean).map(Number);
    for (const one of children) process.kill(one, 'SIGKILL');
    return children.length > 0;
  } catch {
    return false;
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
