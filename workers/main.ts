import { openPorts } from './ports.js';
import { runProcess } from './run-process.js';

await runProcess(openPorts);
