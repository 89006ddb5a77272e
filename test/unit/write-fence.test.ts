import { mkdir, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { execa, execaSync } from 'execa';
import { childEnvironment } from '../../adapters/process/child-environment.js';
import { runProcess } from '../../adapters/process/run-process.js';
import { detectFence, fenceCommand } from '../../adapters/process/write-fence.js';
import { onTestFinished } from '../support/clean-up.js';
import { scratchFolder } from '../support/scratch.js';
import { eventually } from '../support/until.js';

/** Runs a shell command behind the write fence of this machine, or without one. */
async function runFenced(folder: string, line: string, fence?: 'none') {
  const writable = join(folder, 'inside');
  await mkdir(writable, { recursive: true });
  const env = childEnvironment(process.env);
  const kind = fence ?? (await detectFence(env, writable));
  return {
    kind,
    ...(await runProcess({
      ...fenceCommand(kind, [writable], '/bin/sh', ['-c', line]),
      cwd: writable,
      env,
      timeoutMs: 20_000,
    })),
  };
}

/** How many processes have this command line. */
function running(commandLine: string): number {
  return execaSync('ps', ['-e', '-o', 'args='], { lines: true }).stdout.filter((line) => line === commandLine).length;
}

describe('the write fence', () => {
  test('lets a command write into its folder and nowhere else', async () => {
    const folder = await scratchFolder();
    const { kind, exitCode, tail } = await runFenced(folder, 'echo in > here; echo out > ../there');
    expect(kind).not.toBe('none');
    expect(exitCode).not.toBe(0);
    expect(tail).toMatch(/Read-only file system|Operation not permitted/);
    expect(await readFile(join(folder, 'inside/here'), 'utf8')).toBe('in\n');
    expect(await readdir(folder)).toEqual(['inside']);
  });

  test('cannot be removed by the command itself', async () => {
    const folder = await scratchFolder();
    const { exitCode } = await runFenced(
      folder,
      `mount -o remount,bind,rw / ; mount -o remount,rw "${folder}"; umount -l "${folder}"; echo out > ../there`,
    );
    expect(exitCode).not.toBe(0);
    expect(await readdir(folder)).toEqual(['inside']);
  });

  test('ends a command whose parent was killed, with everything that it started', async () => {
    const folder = await scratchFolder();
    const env = childEnvironment(process.env);
    const fence = await detectFence(env, folder);
    const fenced = fenceCommand(fence, [folder], '/bin/sh', ['-c', '(setsid sleep 271 &) ; sleep 271']);
    const starter = execa('/bin/sh', ['-c', '"$@" & wait', 'starter', fenced.command, ...fenced.args], {
      cwd: folder,
      env,
      extendEnv: false,
      stdio: 'ignore',
      reject: false,
    });
    onTestFinished(() => void starter.kill('SIGKILL'));
    await eventually(() => expect(running('sleep 271')).toBe(2));
    starter.kill('SIGKILL');
    await eventually(() => expect(running('sleep 271')).toBe(0));
  });

  test('does not disturb a command that needs Node and /dev/null', async () => {
    const { exitCode, stdout } = await runFenced(await scratchFolder(), 'node -p "6*7" 2>/dev/null');
    expect([exitCode, stdout.toString()]).toEqual([0, '42\n']);
  });
});

describe('a child process', () => {
  test('that takes too long is ended with everything that it started', async () => {
    const folder = await scratchFolder();
    const line = 'sleep 300 & echo $! > pid; wait';
    const env = childEnvironment(process.env);
    const result = await runProcess({ command: '/bin/sh', args: ['-c', line], cwd: folder, env, timeoutMs: 500 });
    expect(result.timedOut).toBe(true);
    const pid = (await readFile(join(folder, 'pid'), 'utf8')).trim();
    const state = () =>
      readFile(`/proc/${pid}/stat`, 'utf8').then(
        (text) => text.split(' ')[2],
        () => 'gone',
      );
    await eventually(async () => expect(await state()).toMatch(/gone|Z/));
  });

  test('does not see the secrets of its parent', async () => {
    const env = childEnvironment({ PATH: process.env['PATH'], API_TOKEN: 'secret', DATABASE_URL: 'secret' });
    const result = await runProcess({ command: '/bin/sh', args: ['-c', 'env'], cwd: '/', env, timeoutMs: 5_000 });
    expect(result.stdout.toString()).not.toContain('secret');
  });

  test('ends at once when its caller is cancelled', async () => {
    const cancel = new AbortController();
    const running = runProcess({
      command: 'sleep',
      args: ['300'],
      cwd: '/',
      env: childEnvironment(process.env),
      timeoutMs: 60_000,
      signal: cancel.signal,
      heartbeatMs: 20,
      onHeartbeat: () => {
        cancel.abort(new Error('cancelled by its caller'));
      },
    });
    await expect(running).rejects.toThrow('cancelled by its caller');
  });
});
