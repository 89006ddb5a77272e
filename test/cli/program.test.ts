import { describe, expect, it } from '@jest/globals';
import { Command } from 'commander';
import { commands } from '../../apps/cli/commands/commands.js';
import { readEnvironment } from '../../apps/cli/program/config.js';
import { runCaptured } from '../support/lane-runner.js';

/** What help says about a command and its subcommands, arguments and options. */
function descriptionsIn(command: Command): readonly string[] {
  return [
    ...command.registeredArguments.map(({ description }) => description),
    ...command.options.map(({ description }) => description),
    ...command.commands.flatMap((child) => [child.description(), ...descriptionsIn(child)]),
  ];
}

const run = (...argv: string[]) => runCaptured(argv, { ...readEnvironment({}), stack: '/nowhere' });

describe('lane', () => {
  it('says what it did not understand, suggests what was meant, and exits with 2', async () => {
    const { code, stdout, stderr } = await run('promot');
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toBe("error: unknown command 'promot'\nnext: did you mean promote?");
  });

  it('prints errors as JSON on standard error when JSON was requested', async () => {
    const { code, stdout, stderr } = await run('promote', 'abcd', '-o', 'json');
    expect([code, stdout]).toEqual([2, '']);
    expect(JSON.parse(stderr)).toMatchObject({
      error: { code: 'INVALID_INPUT', exitCode: 2, message: "required option '--to <lane>' not specified" },
    });
  });

  it('says where it looked for a stack', async () => {
    const { code, stderr } = await run('status');
    expect(code).toBe(1);
    expect(stderr).toContain('why: LANEKEEPER_STACK names /nowhere');
    expect(stderr).toContain('next: start one with  npm start');
  });

  it('refuses an unknown output format', async () => {
    expect(await run('status', '-o', 'xml')).toMatchObject({
      code: 2,
      stderr: 'error: unknown output format "xml"\nnext: use -o table|json|yaml',
    });
  });

  it('explains its exit codes', async () => {
    const { code, stdout } = await run('help', 'exit-codes');
    expect(code).toBe(0);
    expect(stdout).toMatch(/^CODE\s+MEANING\n0\s+done/);
    expect(stdout).toContain('130');
  });

  it.each(commands.map(({ name }) => name))('explains %s without a stack', async (name) => {
    const { code, stdout } = await run('help', name);
    expect(code).toBe(0);
    expect(stdout).toContain(`Usage: lane ${name}`);
  });

  it('explains a subcommand, and says what is meant by one that there is not', async () => {
    expect((await run('help', 'policy', 'test')).stdout).toContain('Usage: lane policy test');
    expect(await run('help', 'policy', 'tset')).toMatchObject({
      ...{ code: 2, stderr: 'error: policy has no command tset; did you mean test?\nnext: lane help policy' },
    });
  });

  it('refuses an unknown command that is asked for its help, and says how a stack is started', async () => {
    expect(await run('stack', '--help')).toMatchObject({ code: 2, stderr: expect.stringContaining('npm start') });
  });

  it('describes everything in sentence case, with a full stop only after several sentences', async () => {
    const root = new Command('lane');
    for (const { name, summary, load } of commands)
      (await load()).define(root.command(name).description(summary), () => () => Promise.resolve());
    for (const text of descriptionsIn(root)) {
      expect(text).toMatch(/^[A-Z]/);
      expect(text.endsWith('.')).toBe(text.slice(0, -1).includes('. '));
    }
  });
});
