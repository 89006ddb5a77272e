#!/usr/bin/env node
/** The `lane` command. It may be linked from any folder on PATH: the program is looked up beside the real file. */
import { existsSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const clone = dirname(dirname(realpathSync(fileURLToPath(import.meta.url))));
const program = join(clone, 'dist', 'lane.js');
if (existsSync(program)) {
  await import(pathToFileURL(program).href);
} else {
  process.stderr.write(`error: lane is not built yet\nnext: run  npm run setup  in ${clone}\n`);
  process.exitCode = 1;
}
