import { spawn } from 'node:child_process';
import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

/** The path of an executable on PATH, or undefined. */
export function findOnPath(name) {
  for (const folder of (process.env.PATH ?? '').split(delimiter)) {
    if (folder === '') continue;
    const path = resolve(folder, name);
    if (isExecutable(path)) return path;
  }
  return undefined;
}

/** Whether `path` is a file that this user may execute. */
export function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

const running = new Set();
let interrupted = false;

/**
 * Ends what this process has started before it ends itself, so that the next run does not work in the same folder as an
 * npm that is still undoing its work. A child that does not end within 30 s is killed.
 */
async function endWithChildren(code) {
  if (interrupted) return;
  interrupted = true;
  process.stderr.write('interrupted; stopping what was started. Run it again to continue.\n');
  for (const child of running) child.kill('SIGTERM');
  for (const deadline = Date.now() + 30_000; running.size > 0 && Date.now() < deadline;) await delay(100);
  for (const child of running) child.kill('SIGKILL');
  process.exit(code);
}
process.on('SIGINT', () => void endWithChildren(130));
process.on('SIGTERM', () => void endWithChildren(143));

/**
 * Runs a command and returns its exit code and output (both streams together, the last 64 KiB).
 * `onLine` is called with each line as it arrives, for progress.
 */
export function run(command, args, { cwd, env, onLine, timeoutMs } = {}) {
  return new Promise((done) => {
    const child = spawn(command, args, { cwd, env: env ?? process.env, stdio: ['ignore', 'pipe', 'pipe'] });
    running.add(child);
    let output = '';
    let rest = '';
    const take = (chunk) => {
      output = (output + chunk).slice(-65536);
      const lines = (rest + chunk).split('\n');
      rest = lines.pop();
      if (onLine) lines.forEach(onLine);
    };
    child.stdout.setEncoding('utf8').on('data', take);
    child.stderr.setEncoding('utf8').on('data', take);
    const timer = timeoutMs ? setTimeout(() => child.kill('SIGKILL'), timeoutMs) : undefined;
    child.on('error', (error) => {
      clearTimeout(timer);
      running.delete(child);
      done({ code: -1, output: error.message });
    });
    child.on('close', (code, signal) => {
      running.delete(child);
      clearTimeout(timer);
      done({ code: code ?? -1, output: signal ? `${output}\nended by ${signal}` : output });
    });
  });
}

/** The last lines of an output, indented, for an error message. */
export function tail(output, lines = 15) {
  return output
    .trimEnd()
    .split('\n')
    .slice(-lines)
    .map((line) => `    ${line}`)
    .join('\n');
}
