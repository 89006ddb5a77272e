import { execaNode } from 'execa';
import { answerOf } from './world.js';

/** The result of one request: the revision that answered, or why there was no answer. */
export interface Answer {
  readonly revision: string;
  readonly failure: string | null;
  /** Epoch milliseconds. */
  readonly at: number;
}

/** A client that keeps sending requests. */
export interface LoadClient {
  /** All results so far. */
  readonly answers: readonly Answer[];
  /** Stops sending requests; resolves when every pending one has its result. */
  stop(): Promise<void>;
}

const requestsPerSecond = 50;

/** Starts a separate process that requests a URL fifty times a second, if the machine can, until it is stopped. */
export function startLoadClient(url: string, patienceMs: number): LoadClient {
  const args = ['--load-client', url, '--patience', String(patienceMs / 1_000)];
  const stdio = { stdin: 'ignore', stdout: 'inherit', stderr: 'inherit', ipc: true } as const;
  const child = execaNode(process.argv[1] ?? '', args, { ...stdio, buffer: false });
  const answers: Answer[] = [];
  child.on('message', (answer) => answers.push(answer as unknown as Answer));
  const ended = child.then(() => undefined);
  // `stop` reports a failure; until then it must not be an unhandled rejection.
  ended.catch(() => undefined);
  return {
    answers,
    stop: () => {
      if (child.connected) child.send('stop');
      return ended;
    },
  };
}

/** The program of that process. It reports each result to its parent. */
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
    // Closing the channel comes last, so everything sent before it arrives.
    void Promise.all(pending).then(() => process.disconnect());
  });
}
