#!/usr/bin/env node
/**
 * Prepares a clone: npm packages, Temporal, cosign, PostgreSQL, and the built programs in dist/. It needs nothing but
 * Node, can be interrupted and run again at any time, and does only what is missing.
 *
 *   node scripts/setup/main.mjs [--for run|test|check]
 */
import { createHash } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { ensureDependencies } from './dependencies.mjs';
import { withLock } from './lock.mjs';
import { SetupError, say } from './log.mjs';
import { cacheDir, root, toolsFile } from './paths.mjs';
import { ensurePostgres } from './postgres.mjs';
import { testServer } from './test-server.mjs';
import { ensureTool } from './tool.mjs';
import { cosign, temporal } from './tools.mjs';

const oldest = [20, 20, 0];

function checkNode() {
  const found = process.versions.node.split('.').map(Number);
  const difference = found.map((part, index) => part - oldest[index]).find((part) => part !== 0) ?? 0;
  if (difference < 0)
    throw new SetupError(`Node.js ${process.versions.node} is too old: ${oldest.join('.')} or newer is needed`);
  say(`  Node.js ${process.versions.node}`);
}

function purpose() {
  const index = process.argv.indexOf('--for');
  const value = index === -1 ? 'run' : process.argv[index + 1];
  if (!['run', 'test', 'check'].includes(value)) throw new SetupError('--for takes run, test or check');
  return value;
}

async function writeTools(tools) {
  const old = await readFile(toolsFile, 'utf8').then(JSON.parse, () => ({}));
  await mkdir(dirname(toolsFile), { recursive: true });
  const temporary = `${toolsFile}.${process.pid}`;
  await writeFile(temporary, `${JSON.stringify({ ...old, ...tools }, null, 2)}\n`);
  await rename(temporary, toolsFile);
}

/**
 * The test server serves tests alone: without it those that need it fail and say so, the others still tell something.
 */
async function tryTestServer() {
  try {
    return { temporalTestServer: await ensureTool(testServer) };
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    say(`  tests that skip time will FAIL: ${error.message}`);
    return {};
  }
}

/** What the contracts import; the checks of the contracts and their tests read it. */
async function prepareContract() {
  const { ensureProtovalidate } = await import('../proto/protovalidate.mjs');
  await ensureProtovalidate();
}

async function build() {
  const { buildAll } = await import('../build/build.mjs');
  await buildAll(say);
}

async function main() {
  const what = purpose();
  const steps = [
    ['Node.js', checkNode],
    ['npm packages', ensureDependencies],
    ...(what === 'check'
      ? []
      : [
          ['PostgreSQL', ensurePostgres],
          ['Temporal', async () => writeTools({ temporal: await ensureTool(temporal) })],
          ['cosign', async () => writeTools({ cosign: await ensureTool(cosign) })],
        ]),
    ...(what === 'test' ? [['time-skipping test server', async () => writeTools(await tryTestServer())]] : []),
    ...(what === 'run' ? [] : [['the contract of protovalidate', prepareContract]]),
    ['programs', build],
  ];
  // One set-up at a time in one clone: two `npm ci` in the same folder would destroy each other's work.
  const name = createHash('sha256').update(root).digest('hex').slice(0, 16);
  await withLock(join(cacheDir, 'locks', `clone-${name}`), 'this clone', async () => {
    for (const [index, [title, work]] of steps.entries()) {
      say(`${index + 1}/${steps.length} ${title}`);
      await work();
    }
  });
  say('ready');
}

main().catch((error) => {
  say(`FAILED: ${error instanceof SetupError ? error.message : (error.stack ?? error)}`);
  process.exitCode = 1;
});
