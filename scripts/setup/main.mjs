#!/usr/bin/env node
/**
 * Prepares a clone: npm packages, Temporal, cosign, PostgreSQL, and the built programs in dist/. It needs only
 * Node, can be interrupted and run again at any time, and does only what is missing. Independent parts are fetched and
 * built side by side.
 *
 *   node scripts/setup/main.mjs [--for run|test|check] [--with bubblewrap]
 */
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { ensureDependencies } from './dependencies.mjs';
import { withLock } from './lock.mjs';
import { SetupError, describeError, say, withHeartbeat } from './log.mjs';
import { carryOut } from './parts.mjs';
import { cloneLock, toolsFile } from './paths.mjs';
import { ensurePostgres } from './postgres.mjs';
import { ensureTool } from './tool.mjs';
import { bubblewrap, cosign, temporal, testServer } from './tools.mjs';

const oldest = [20, 20, 0];

function checkNode() {
  const found = process.versions.node.split('.').map(Number);
  const difference = found.map((part, index) => part - oldest[index]).find((part) => part !== 0) ?? 0;
  if (difference < 0) {
    throw new SetupError(`Node.js ${process.versions.node} is too old: ${oldest.join('.')} or newer is needed`);
  }
}

function purpose() {
  const index = process.argv.indexOf('--for');
  const value = index === -1 ? 'run' : process.argv[index + 1];
  if (!['run', 'test', 'check'].includes(value)) throw new SetupError('--for must be run, test or check');
  return value;
}

/** What is fetched only when somebody asks for it. */
function wanted() {
  const names = process.argv.flatMap((argument, index) => (argument === '--with' ? [process.argv[index + 1]] : []));
  if (names.some((name) => name !== 'bubblewrap')) throw new SetupError('--with must be bubblewrap');
  return names;
}

/** Records where a tool is. Synchronous from reading to writing, because several parts do this at once. */
function record(name, path) {
  let known = {};
  try {
    known = JSON.parse(readFileSync(toolsFile, 'utf8'));
  } catch {
    // The first tool that is found.
  }
  mkdirSync(dirname(toolsFile), { recursive: true });
  const temporary = `${toolsFile}.${process.pid}`;
  writeFileSync(temporary, `${JSON.stringify({ ...known, [name]: path }, null, 2)}\n`);
  renameSync(temporary, toolsFile);
}

/** Fetches the contract that ours import; the contract checks and their tests need it. */
async function prepareContract() {
  const { ensureProtovalidate } = await import('../proto/protovalidate.mjs');
  await withHeartbeat('fetching the contract', ensureProtovalidate);
}

async function build() {
  const { buildAll } = await import('../build/build.mjs');
  await withHeartbeat('building', () => buildAll(say));
}

/** The parts of set-up. The longest starts first. */
function partsFor(what, more) {
  const runs = what !== 'check';
  return [
    runs && { name: 'cosign', work: async () => record('cosign', await ensureTool(cosign)) },
    { name: 'npm', work: ensureDependencies },
    runs && { name: 'temporal', work: async () => record('temporal', await ensureTool(temporal)) },
    what === 'test' && {
      name: 'test server',
      work: async () => record('temporalTestServer', await ensureTool(testServer)),
      // Only tests need it: without it, those that need it fail and say why, and the others still run.
      optional: 'tests that skip time will FAIL',
    },
    more.includes('bubblewrap') && {
      name: 'bubblewrap',
      work: async () => record('bwrap', await ensureTool(bubblewrap)),
    },
    runs && { name: 'PostgreSQL', after: ['npm'], work: ensurePostgres },
    what !== 'run' && { name: 'protovalidate', after: ['npm'], work: prepareContract },
    { name: 'dist/', after: ['npm'], work: build },
  ].filter(Boolean);
}

async function main() {
  const parts = partsFor(purpose(), wanted());
  checkNode();
  say(`Node.js ${process.versions.node}; preparing ${parts.map(({ name }) => name).join(', ')}`);
  const begun = Date.now();
  // One set-up at a time in each clone: two `npm ci` in the same folder would destroy each other's work.
  const times = await withLock(cloneLock, 'this clone', () => carryOut(parts));
  say(`ready in ${Math.round((Date.now() - begun) / 1000)} s: ${times}`);
}

main().catch((error) => {
  say(`FAILED: ${describeError(error)}`);
  process.exitCode = 1;
});
