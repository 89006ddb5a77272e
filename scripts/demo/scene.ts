import type { DemoStack } from './stack.js';
import type { Stage } from './stage.js';
import type { Tools } from './tools.js';

/** A released commit. */
export interface Released {
  readonly bundle: string;
  readonly revision: string;
}

/** What the steps share. */
export interface Scene {
  readonly stage: Stage;
  readonly tools: Tools;
  /** Where the demo keeps its own files. */
  readonly folder: string;
  /** What is broken on purpose, to prove that the demo notices. */
  readonly sabotage: 'dead-router' | 'wrong-key' | 'wrong-digest' | undefined;
  /** Undefined until it has started. */
  stack: DemoStack | undefined;
  first: Released;
  second: Released;
}
