#!/usr/bin/env node
/**
 * Runs the tests, one group after another; arguments are passed to Jest. The last line is `N passed, N failed, N
 * skipped`, counted from Jest's JSON reports. Each of these counts as one failure too: a test file that cannot be
 * loaded, a group without a report or with a failure outside its tests, a run without tests or that was interrupted.
 */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { root } from '../setup/paths.mjs';
import { groups } from './groups.mjs';

const jest = join(root, 'node_modules', 'jest', 'bin', 'jest.js');
// Jest loads ES modules through an interface that Node still calls experimental, and warns once per process.
const node = ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning'];

const given = process.argv.slice(2);
const stopped = new AbortController();
// Jest is asked to end, which lets the tests that run clean up; this process stays alive to print the count.
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => stopped.abort());

/** Runs one group. @returns its counts and the exit code of Jest */
async function run({ name, args }, report) {
  const all = [
    jest,
    '--selectProjects',
    name,
    ...args,
    '--json',
    `--outputFile=${report}`,
    // Whoever names files means those of one group; the other groups then have none.
    ...(given.length > 0 ? ['--passWithNoTests', ...given] : []),
  ];
  const { exitCode = 1 } = await execa(process.execPath, [...node, ...all], {
    cwd: root,
    stdio: ['ignore', 'ignore', 'inherit'],
    // In a process group of its own: Ctrl-C would otherwise kill the servers of the tests before they can stop them.
    detached: true,
    reject: false,
    cancelSignal: stopped.signal,
    gracefulCancel: false,
  });
  const found = await readFile(report, 'utf8').then(JSON.parse, () => undefined);
  if (found === undefined) return { passed: 0, failed: 1, skipped: 0, exitCode: exitCode || 1 };
  return {
    passed: found.numPassedTests,
    failed: found.numFailedTests + found.numRuntimeErrorTestSuites,
    skipped: found.numPendingTests + found.numTodoTests,
    exitCode,
  };
}

const totals = { passed: 0, failed: 0, skipped: 0 };
const folder = await mkdtemp(join(tmpdir(), 'lanekeeper-report-'));
try {
  for (const group of groups) {
    if (stopped.signal.aborted) break;
    const { exitCode, ...counts } = await run(group, join(folder, `${group.name}.json`));
    if (exitCode !== 0 && counts.failed === 0) {
      console.log(`the group ${group.name} exited with code ${exitCode}, see above`);
      counts.failed = 1;
    }
    for (const [what, count] of Object.entries(counts)) totals[what] += count;
  }
} finally {
  await rm(folder, { recursive: true, force: true });
}
if (stopped.signal.aborted) totals.failed += 1;
else if (totals.passed + totals.failed + totals.skipped === 0) {
  console.log(`no test matches ${given.join(' ')}`);
  totals.failed = 1;
}
if (totals.failed > 0) process.exitCode = 1;
console.log(`${totals.passed} passed, ${totals.failed} failed, ${totals.skipped} skipped`);
