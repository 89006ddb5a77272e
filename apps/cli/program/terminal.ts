import { createInterface } from 'node:readline/promises';
import pc from 'picocolors';
import { harmless } from '../output/harmless.js';

/** The terminal: data goes to standard output, everything else to standard error. */
export interface Terminal {
  /** Writes data, with a newline. */
  print(text: string): void;
  /** Writes anything that is not data, with a newline. */
  note(text: string): void;
  /** Whether a person can be asked. */
  readonly isInteractive: boolean;
  readonly colours: ReturnType<typeof pc.createColors>;
  /** Asks a question; the answer is empty when nobody can be asked. */
  ask(question: string): Promise<string>;
}

/** The terminal of this process. */
export function openTerminal(colour: boolean | undefined): Terminal {
  return {
    print: (text) => void process.stdout.write(`${text}\n`),
    note: (text) => void process.stderr.write(`${harmless(text)}\n`),
    isInteractive: process.stdin.isTTY && process.stderr.isTTY,
    colours: pc.createColors(colour ?? process.stdout.isTTY),
    async ask(question) {
      if (!(process.stdin.isTTY && process.stderr.isTTY)) return '';
      const reader = createInterface({ input: process.stdin, output: process.stderr });
      try {
        return (await reader.question(harmless(question))).trim();
      } finally {
        reader.close();
      }
    },
  };
}
