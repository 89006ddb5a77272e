import { mkdirSync, rmSync } from 'node:fs';
import { mkdir, readFile, rmdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { childEnvironment } from '../../adapters/process/child-environment.js';
import { launch } from '../../adapters/process/launch.js';
import { tailOfLog } from '../../adapters/process/log-file.js';
import { runProcess } from '../../adapters/process/run-process.js';
import { ServiceProcess } from '../../apps/router/service-process.js';
import { ServiceRecord } from '../../apps/router/service-record.js';
import { findFreePorts } from '../../adapters/network/free-port.js';
import { onTestFinished } from '../support/clean-up.js';
import { scratchFolder } from '../support/scratch.js';
import { until } from '../support/until.js';

const env = childEnvironment(process.env);

/** Launches a shell line. @returns how it ended */
function launched(folder: string, line: string, onMessage?: (message: unknown) => void): Promise<string> {
  const plan = { command: '/bin/sh', args: ['-c', line], cwd: folder, env, logFile: join(folder, 'logs', 'log') };
  return new Promise((resolve) => void launch({ ...plan, ...(onMessage !== undefined && { onMessage }) }, resolve));
}

describe('a launched program', () => {
  test('is reported to have ended with its exit code, and its output is in the log', async () => {
    const folder = await scratchFolder();
    expect(await launched(folder, 'echo out; echo err >&2; exit 7')).toBe('exit code 7');
    expect(await readFile(join(folder, 'logs', 'log'), 'utf8')).toBe('out\nerr\n');
  });

  test('is reported to have ended while a program that it started still holds its channel', async () => {
    const folder = await scratchFolder();
    expect(await launched(folder, 'sleep 300 & echo $! > pid; exit 5', () => undefined)).toBe('exit code 5');
    // It is still there to be killed.
    process.kill(Number(await readFile(join(folder, 'pid'), 'utf8')), 'SIGKILL');
  });

  test('that cannot be started is reported to have ended, with the reason', async () => {
    const folder = await scratchFolder();
    const plan = { command: join(folder, 'absent'), args: [], cwd: folder, env, logFile: join(folder, 'log') };
    const ended = await new Promise<string>((resolve) => expect(launch(plan, resolve)).toBeUndefined());
    expect(ended).toContain('ENOENT');
  });
});

describe('the log of a program', () => {
  test('that has grown too large is set aside at the next start, and only its end is read for a message', async () => {
    const folder = await scratchFolder();
    const log = join(folder, 'logs', 'log');
    await mkdir(join(folder, 'logs'));
    await writeFile(log, `${'x'.repeat(11 * 1024 * 1024)}\nthe last line\n`);
    expect(tailOfLog(log, 1)).toBe('the last line');
    await launched(folder, 'echo fresh');
    expect(await readFile(log, 'utf8')).toBe('fresh\n');
    expect((await stat(`${log}.1`)).size).toBeGreaterThan(11 * 1024 * 1024);
  });
});

test('a command is not waited for because a program that left its group still holds its output', async () => {
  const folder = await scratchFolder();
  const line = '(setsid sleep 300 & echo $! > pid); exit 3';
  const result = await runProcess({ command: '/bin/sh', args: ['-c', line], cwd: folder, env, timeoutMs: 20_000 });
  expect(result).toMatchObject({ exitCode: 3, timedOut: false });
  process.kill(Number(await readFile(join(folder, 'pid'), 'utf8')), 'SIGKILL');
});

test('a service is restarted again after an attempt at which its log could not be opened', async () => {
  const folder = await scratchFolder();
  const [port = 0] = await findFreePorts(1);
  const source = `require('node:http').createServer((_, r) => r.end('ok')).listen(${String(port)}, '127.0.0.1')`;
  await writeFile(join(folder, 'main.cjs'), source);
  const logFile = join(folder, 'logs', 'log');
  const plan = { name: 'web', workingDir: folder, entry: 'main.cjs', port, health: '/', env, logFile };
  const said: string[] = [];
  const service = new ServiceProcess(plan, new ServiceRecord(folder), (text) => said.push(text));
  const recorded = async () =>
    JSON.parse(await readFile(join(folder, 'services', 'running.json'), 'utf8')) as { pid: number }[];
  onTestFinished(async () => {
    await service.stop();
    // The folder goes next; the record of the end is written into it until then.
    await until(async () => (await recorded()).length === 0, 'the end of the service to be recorded');
  });
  await service.start(Date.now() + 20_000, new AbortController().signal);
  rmSync(logFile);
  mkdirSync(logFile);
  const [record] = await recorded();
  process.kill(record?.pid ?? 0, 'SIGKILL');
  await until(() => said.some((text) => text.includes('EISDIR')), 'the failed attempt');
  await rmdir(logFile);
  await until(() => service.isReady, 'the service to be ready again');
});
