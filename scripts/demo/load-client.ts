import { execaNode } from 'execa';
import { answerOf } from './world.js';

/** One answer that a client got: the revision that gave it, or why there was none. */
export interface Answer {
  readonly revision: string;
  readonly failure: string | null;
  /** Epoch milliseconds. */
  readonly at: number;
}

/** A client that keeps asking. */
export interface LoadClient {
  /** Every answer so far. */
  readonly answers: readonly Answer[];
  /** Stops asking; ends when every request has its answer. */
  stop(): Promise<void>;
}

const requestsPerSecond = 50;

/** A separate process that asks a URL fifty times a second, as far as the machine can, until it is told to stop. */
export function startLoadClient(url: string, patienceMs: number): LoadClient {
  const args = ['--load-client', url, '--patience', String(patienceMs / 1_000)];
  const stdio = { stdin: 'ignore', stdout: 'inherit', stderr: 'inherit', ipc: true } as const;
  const child = execaNode(process.argv[1] ?? '', args, { ...stdio, buffer: false });
  const answers: Answer[] = [];
  child.on('message', (answer) => answers.push(answer as unknown as Answer));
  const ended = child.then(() => undefined);
  // Told to whoever stops it; until then it is not an unhandled rejection.
  ended.catch(() => undefined);
  return {
    answers,
    stop: () => {
      if (child.connected) child.send('stop');
      return ended;
    },
  };
}

/** The program of that process. It tells each answer to its parent. */
export function runLoadClient(url: string, patienceMs: number): void {
  const pending = new Set<Promise<void>>();
  const ask = async (): Promise<void> => {
    let revision = '';
    let failure: string | null = null;
    try {
      ({ revision } = await answerOf({ patienceMs }, url));
      if (!/^[0-9a-f]{40}$/.test(revision)) failure = revision;
    } catch (error) {
      failure = error instanceof Error ? error.message : String(error);
    }
    process.send?.({ revision, failure, at: Date.now() } satisfies Answer);
  };
  const timer = setInterval(() => {
    const asked = ask().finally(() => pending.delete(asked));
    pending.add(asked);
  }, 1_000 / requestsPerSecond);
  process.on('disconnect', () => process.exit(0));
  process.once('message', () => {
    clearInterval(timer);
    // The end of the channel: what was sent before it has arrived.
    void Promise.all(pending).then(() => process.disconnect());
  });
}
