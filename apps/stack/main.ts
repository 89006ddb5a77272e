import { runStack } from './run-stack.js';

await runStack();
