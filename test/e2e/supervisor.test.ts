import { once } from 'node:events';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { findFreePorts } from '../../adapters/network/free-port.js';
import { readJsonFile, writeJsonFile } from '../../adapters/files/json-file.js';
import { testStack } from '../support/stack-process.js';
import { until } from '../support/until.js';

const parts = ['api', 'enrolment', 'postgres', 'router', 'temporal', 'ui-proxy', 'worker'];

describe('a start', () => {
  it('brings up every part, records where each is, and lets only the owner read secrets', async () => {
    const stack = await testStack();
    await stack.start();
    const record = stack.record();
    expect(record.children.map(({ name }) => name).sort()).toEqual(parts);
    expect(JSON.stringify(record)).not.toContain('postgres://');
    for (const file of ['stack.json', 'postgres-passwords.json', 'temporal.db'])
      expect(statSync(join(stack.dataDir, file)).mode & 0o077).toBe(0);
  });

  it('reports that the stack is already running, and where', async () => {
    const stack = await testStack();
    await stack.start();
    const second = stack.run('start');
    expect(second.code).toBe(0);
    expect(second.output).toContain(`already running (pid ${stack.record().pid})`);
    expect(second.output).toContain(stack.record().apiUrl);
  });

  it('keeps its ports, and moves one that another program has taken', async () => {
    const stack = await testStack();
    await stack.start();
    const before = stack.record();
    stack.run('stop');
    const ports = readJsonFile(join(stack.dataDir, 'ports.json')) as Record<string, number>;
    const [busy] = await findFreePorts(1);
    const other = (await import('node:http')).createServer().listen(busy, '127.0.0.1');
    await once(other, 'listening');
    writeJsonFile(join(stack.dataDir, 'ports.json'), { ...ports, temporalUi: busy });
    await stack.start();
    other.close();
    expect(stack.record().apiUrl).toBe(before.apiUrl);
    expect(stack.record().temporalUiUrl).not.toBe(`http://127.0.0.1:${String(busy)}`);
  });
});

describe('a part that is killed', () => {
  it('is restarted, whichever it is, and the others keep running', async () => {
    const stack = await testStack();
    await stack.start();
    for (const name of parts) {
      const before = new Map(stack.record().children.map((child) => [child.name, child.pid]));
      process.kill(before.get(name)!, 'SIGKILL');
      await until(() => ![0, before.get(name)].includes(stack.pidOf(name)), `${name} to be restarted`);
      for (const other of parts.filter((part) => part !== name)) expect(stack.pidOf(other)).toBe(before.get(other));
    }
  });
});

describe('stopping', () => {
  it.each(['SIGINT', 'SIGTERM'] as const)('on %s leaves no process', async (signal) => {
    const stack = await testStack();
    const supervisor = await stack.start();
    supervisor.kill(signal);
    expect(await supervisor.ended).toBe(0);
    expect(stack.processes()).toEqual([]);
  });

  it('works from another terminal too', async () => {
    const stack = await testStack();
    const supervisor = await stack.start();
    expect(stack.run('status').code).toBe(0);
    expect(stack.run('stop').code).toBe(0);
    expect(await supervisor.ended).toBe(0);
    expect(stack.processes()).toEqual([]);
    expect(stack.run('status').code).toBe(3);
  });
});

describe('a supervisor that was killed', () => {
  it('is followed by one that ends what it left and serves at the same addresses', async () => {
    const stack = await testStack();
    const supervisor = await stack.start();
    const before = stack.record();
    supervisor.kill('SIGKILL');
    await supervisor.ended;
    await stack.start();
    const after = stack.record();
    expect(
      after.children.map(({ pid }) => pid).filter((pid) => before.children.some((child) => child.pid === pid)),
    ).toEqual([]);
    expect([after.apiUrl, after.temporalAddress]).toEqual([before.apiUrl, before.temporalAddress]);
    expect(stack.processes().filter((line) => line.includes('start-dev'))).toHaveLength(1);
  });

  it('leaves nothing that npm stop does not end', async () => {
    const stack = await testStack();
    const supervisor = await stack.start();
    supervisor.kill('SIGKILL');
    await supervisor.ended;
    stack.run('stop');
    expect(stack.processes()).toEqual([]);
  });
});
