import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { childEnvironment } from '../../adapters/process/child-environment.js';
import { runProcess } from '../../adapters/process/run-process.js';
import { scratchFolder } from '../support/scratch.js';
import { eventually } from '../support/until.js';

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
