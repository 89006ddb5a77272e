#!/usr/bin/env node
/**
 * Runs the tests; arguments go to vitest. The last line is `N passed, N failed, N skipped`, counted from vitest's own JSON report; a test
 * file that could not be loaded counts as one failure.
 */
import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root } from './setup/paths.mjs';

const folder = await mkdtemp(join(tmpdir(), 'lanekeeper-report-'));
const report = join(folder, 'report.json');

function vitest() {
  const args = ['run', '--reporter=default', '--reporter=json', `--outputFile.json=${report}`, ...process.argv.slice(2)];
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [join(root, 'node_modules', 'vitest', 'vitest.mjs'), ...args], { cwd: root, stdio: 'inherit' });
    // Ctrl-C reaches the child through the terminal; this process stays to print the count.
    for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal));
    child.on('close', (code) => resolve(code ?? 1));
  });
}

function count(results) {
  const totals = { passed: 0, failed: 0, skipped: 0 };
  for (const file of results.testResults) {
    if (file.assertionResults.length === 0 && file.status === 'failed') totals.failed += 1;
    for (const { status } of file.assertionResults) {
      if (status === 'passed') totals.passed += 1;
      else if (status === 'failed') totals.failed += 1;
      else totals.skipped += 1;
    }
  }
  return totals;
}

let exitCode = await vitest();
try {
  const { passed, failed, skipped } = count(JSON.parse(await readFile(report, 'utf8')));
  if (exitCode !== 0 && failed === 0) console.log(`the test runner ended with code ${exitCode}, see above`);
  if (failed > 0 && exitCode === 0) exitCode = 1;
  console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`);
} catch (error) {
  console.error(`the test runner left no report: ${error.message}`);
  exitCode = exitCode || 1;
  console.log('0 passed, 1 failed, 0 skipped');
} finally {
  await rm(folder, { recursive: true, force: true });
}
process.exitCode = exitCode;
