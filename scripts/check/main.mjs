#!/usr/bin/env node
/**
 * Runs every static check of the repository and prints how long each took; exits with code 1 when one fails.
 * `npm run check -- lint types` runs only those two.
 */
import { join } from 'node:path';
import { findLongFiles } from './file-sizes.mjs';
import { findRegistryHosts } from './lock-file.mjs';
import { findHeavyScreens } from './page-size.mjs';
import { findMisplaced } from './placement.mjs';
import { findOldReference } from './policy-reference.mjs';
import { sources } from '../folders.mjs';
import { root } from '../setup/paths.mjs';
import { run } from '../setup/run.mjs';

const bin = (name) => join(root, 'node_modules', '.bin', name);
const command =
  (name, ...args) =>
  async () => {
    const { code, output } = await run(name, args, { cwd: root });
    return code === 0 ? [] : [output.trimEnd() || `${name} exited with code ${code}`];
  };

/**
 * Checks workflows without the types of Node. Imported activity types bring files into the program that may use Node, so
 * only errors in workflows/ count here. Bundling the workflows, in each build, proves that no other code they run needs
 * Node.
 */
async function checkWorkflowTypes() {
  const { code, output } = await run(bin('tsc'), ['-p', 'tsconfig.workflows.json', '--pretty', 'false'], { cwd: root });
  const elsewhere = /^(?!workflows\/)\S+\.ts\(|^ |^$/;
  const problems = output.split('\n').filter((line) => !elsewhere.test(line));
  return code !== 0 && output.trim() === '' ? [`tsc exited with code ${code}`] : problems;
}

async function findUnformatted() {
  const problems = await command(bin('prettier'), '--list-different', '.')();
  return problems.length === 0 ? [] : [...problems, 'next: npm run format'];
}

const checks = [
  ['format', findUnformatted],
  ['types', command(bin('tsc'), '-p', '.')],
  ['types-workflows', checkWorkflowTypes],
  ['types-dashboard', command(bin('tsc'), '-p', 'apps/dashboard')],
  ['lint', command(bin('eslint'), '.', '--max-warnings', '0')],
  [
    'dependencies',
    command(bin('depcruise'), '--output-type', 'err-long', '--config', '.dependency-cruiser.mjs', ...sources),
  ],
  ['placement', findMisplaced],
  ['file-sizes', findLongFiles],
  ['page-size', findHeavyScreens],
  ['unused-code', command(bin('knip'))],
  ['proto', command(process.execPath, 'scripts/proto/main.mjs', '--check')],
  ['policy-reference', findOldReference],
  ['lock-file', findRegistryHosts],
  ['lock-file-complete', command(process.execPath, 'scripts/setup/complete-lock.mjs', '--check')],
];

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !checks.some(([known]) => known === name));
if (unknown.length > 0) {
  console.error(`unknown check ${unknown.join(', ')}; the checks are ${checks.map(([name]) => name).join(', ')}`);
  process.exit(2);
}

const failures = [];
for (const [name, work] of checks) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  const begun = Date.now();
  const problems = await work();
  console.log(
    `${problems.length === 0 ? 'ok    ' : 'FAILED'} ${name.padEnd(19)} ${((Date.now() - begun) / 1000).toFixed(1)} s`,
  );
  if (problems.length > 0) failures.push([name, problems]);
}
for (const [name, problems] of failures) console.log(`\n--- ${name}\n${problems.join('\n')}`);
if (failures.length > 0) {
  console.log(
    `\n${failures.length} of ${wanted.length || checks.length} checks failed: ${failures.map(([name]) => name).join(', ')}`,
  );
  process.exitCode = 1;
}
