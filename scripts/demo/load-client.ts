import { fork } from 'node:child_process';
import { answerOf } from './world.js';

/** What a client that asked fifty times a second has seen. */
export interface Traffic {
  readonly sent: number;
  readonly failed: number;
  readonly firstFailure: string | null;
  /** Each revision with the instant of its first answer, epoch milliseconds. */
  readonly changes: readonly { readonly revision: string; readonly at: number }[];
}

const requestsPerSecond = 50;

/** A separate process that asks a URL fifty times a second until it is told to stop. */
export function startLoadClient(url: string): { stop(): Promise<Traffic> } {
  const child = fork(process.argv[1] ?? '', ['--load-client', url], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  return {
    stop: () =>
      new Promise((resolve, reject) => {
        child.once('message', (traffic) => resolve(traffic as unknown as Traffic));
        child.once('error', reject);
        child.once('exit', (code) => reject(new Error(`the client ended with ${String(code)}`)));
        child.send('stop');
      }),
  };
}

/** The program of that process. */
export function runLoadClient(url: string): void {
  const changes: { revision: string; at: number }[] = [];
  const pending = new Set<Promise<void>>();
  let sent = 0;
  let failed = 0;
  let firstFailure: string | null = null;
  const ask = async () => {
    try {
      const { revision } = await answerOf(url);
      if (!/^[0-9a-f]{40}$/.test(revision)) throw new Error(revision);
      if (changes.at(-1)?.revision !== revision) changes.push({ revision, at: Date.now() });
    } catch (error) {
      failed += 1;
      firstFailure ??= error instanceof Error ? error.message : String(error);
    }
  };
  const timer = setInterval(() => {
    sent += 1;
    const asked = ask().finally(() => pending.delete(asked));
    pending.add(asked);
  }, 1_000 / requestsPerSecond);
  process.on('disconnect', () => process.exit(0));
  process.once('message', () => {
    clearInterval(timer);
    void Promise.all(pending).then(() => {
      const traffic: Traffic = { sent, failed, firstFailure, changes };
      process.send?.(traffic, undefined, {}, () => process.exit(0));
    });
  });
}
